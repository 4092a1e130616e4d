// describec: compiles description files to the tables that the build embeds.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "describe/blob.h"
#include "describe/compiler.h"
#include "describe/source_archive.h"

namespace {

constexpr char usage[] =
    "usage: describec [-o MODEL] [--sources ARCHIVE] [--allow-missing] FILE...\n"
    "Compiles description files as one unit. Without -o they are only checked.\n";

bool write_file(const std::string& path, const std::string& bytes) {
  FILE* file = fopen(path.c_str(), "we");
  if (file == nullptr) {
    fprintf(stderr, "describec: cannot create '%s': %s\n", path.c_str(), strerror(errno));
    return false;
  }
  const bool written = fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if ((fclose(file) == 0) & written) return true;
  fprintf(stderr, "describec: cannot write '%s': %s\n", path.c_str(), strerror(errno));
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sysray::describe;
  std::string model;
  std::string archive;
  CompileOptions options;
  std::vector<SourceFile> files;
  for (int i = 1; i < argc; i++) {
    const std::string word = argv[i];
    if ((word == "-o" || word == "--sources") && i + 1 < argc) {
      (word == "-o" ? model : archive) = argv[++i];
    } else if (word == "--allow-missing") {
      options.allow_missing = true;
    } else if (word.starts_with("-")) {
      fputs(usage, stderr);
      return 1;
    } else {
      auto source = read_source(word);
      if (!source) {
        fprintf(stderr, "describec: %s\n", source.error().message().c_str());
        return 1;
      }
      files.push_back(std::move(*source));
    }
  }
  auto compiled = compile(files, options);
  if (!compiled) {
    fputs(compiled.error().cause.c_str(), stderr);
    return 1;
  }
  if (!model.empty() && !write_file(model, write_blob((*compiled)->model))) return 1;
  if (!archive.empty() && !write_file(archive, pack_sources(files))) return 1;
}
