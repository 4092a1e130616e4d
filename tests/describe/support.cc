#include "support.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "describe/source_archive.h"

namespace sysray::testing {

using describe::Model;

Result<std::unique_ptr<describe::Compiled>> compile_text(std::string_view text,
                                                         const describe::CompileOptions& options) {
  return describe::compile({{"test.desc", std::string(text)}}, options);
}

std::unique_ptr<describe::Compiled> must_compile(std::string_view text) {
  auto compiled = compile_text(text);
  if (!compiled) throw std::runtime_error(compiled.error().cause);
  return std::move(*compiled);
}

std::vector<std::string> description_files(const std::string& directory) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.path().extension() == ".desc") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

const std::vector<describe::SourceFile>& tree_sources() {
  static const std::vector<describe::SourceFile> sources = [] {
    std::vector<describe::SourceFile> read;
    for (const std::string& path : description_files(SYSRAY_TEST_SOURCE_DIR "/../../descriptions")) {
      auto source = describe::read_source(path);
      if (!source) throw std::runtime_error(source.error().message());
      read.push_back(std::move(*source));
    }
    return read;
  }();
  return sources;
}

const Model& tree_model() {
  static const std::unique_ptr<describe::Compiled> compiled = [] {
    // That no call is left out is a test of its own.
    auto result = describe::compile(tree_sources(), {.allow_missing = true});
    if (!result) throw std::runtime_error(result.error().cause);
    return std::move(*result);
  }();
  return compiled->model;
}

namespace {

template <typename Records>
const auto& find(const Model& model, const Records& records, std::string_view name) {
  for (const auto& one : records)
    if (model.text(one.name) == name) return one;
  throw std::runtime_error("nothing is called " + std::string(name));
}

}  // namespace

const describe::Struct& struct_named(const Model& model, std::string_view name) {
  return find(model, model.structs, name);
}
const describe::Set& set_named(const Model& model, std::string_view name) { return find(model, model.sets, name); }
const describe::Syscall& call_named(const Model& model, std::string_view name) {
  return find(model, model.syscalls, name);
}
const describe::Field& field_named(const Model& model, describe::Range fields, std::string_view name) {
  return find(model, model.fields.subspan(fields.first, fields.count), name);
}
u64 constant_named(const Model& model, std::string_view name, u32 layout) {
  return find(model, model.constants, name).value[layout];
}

}  // namespace sysray::testing
