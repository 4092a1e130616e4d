// The descriptions in the binary: symbols that the build's embedded assembly defines.
#include <cstdio>
#include <cstdlib>

#include "describe/blob.h"
#include "describe/embedded.h"
#include "describe/source_archive.h"

extern "C" {
extern const char sysray_model_blob[];
extern const char sysray_model_blob_end[];
extern const char sysray_sources_blob[];
extern const char sysray_sources_blob_end[];
}

namespace sysray::describe {

const Model& built_in() {
  static const Model model = [] {
    auto read = read_blob({sysray_model_blob, static_cast<size_t>(sysray_model_blob_end - sysray_model_blob)});
    if (!read) {
      fprintf(stderr, "sysray: %s\n", read.error().message().c_str());
      abort();
    }
    return *read;
  }();
  return model;
}

Result<std::vector<SourceFile>> embedded_sources() {
  return unpack_sources({sysray_sources_blob, static_cast<size_t>(sysray_sources_blob_end - sysray_sources_blob)});
}

Result<std::unique_ptr<Compiled>> load_with(const std::vector<std::string>& files) {
  auto sources = embedded_sources();
  if (!sources) return sources.error();
  for (const std::string& path : files) {
    auto source = read_source(path);
    if (!source) return source.error();
    sources->push_back(std::move(*source));
  }
  return compile(*sources);
}

}  // namespace sysray::describe
