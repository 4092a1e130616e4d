#include "describe/source_archive.h"

#include <zstd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace sysray::describe {

namespace {

constexpr size_t max_text = 256u << 20;  // bytes of all sources

void put_number(std::string& to, u64 value) { to.append(reinterpret_cast<const char*>(&value), sizeof value); }

bool take(std::string_view& from, std::string& to) {
  u64 size = 0;
  if (from.size() < sizeof size) return false;
  memcpy(&size, from.data(), sizeof size);
  from.remove_prefix(sizeof size);
  if (from.size() < size) return false;
  to = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

}  // namespace

std::string pack_sources(const std::vector<SourceFile>& files) {
  std::string plain;
  for (const SourceFile& file : files) {
    put_number(plain, file.name.size());
    plain += file.name;
    put_number(plain, file.text.size());
    plain += file.text;
  }
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  const size_t size = ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 19);
  packed.resize(ZSTD_isError(size) ? 0 : size);
  return packed;
}

Result<std::vector<SourceFile>> unpack_sources(std::string_view archive) {
  const Error damaged{"the embedded description sources are damaged", "", "rebuild sysray", 0};
  const unsigned long long size = ZSTD_getFrameContentSize(archive.data(), archive.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > max_text) return damaged;
  std::string plain(size, '\0');
  if (ZSTD_decompress(plain.data(), plain.size(), archive.data(), archive.size()) != size) return damaged;
  std::vector<SourceFile> files;
  for (std::string_view rest = plain; !rest.empty();) {
    SourceFile file;
    if (!take(rest, file.name) || !take(rest, file.text)) return damaged;
    files.push_back(std::move(file));
  }
  return files;
}

Result<SourceFile> read_source(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "re"), fclose);
  if (!file) return Error{"cannot open description file '" + path + "'", strerror(errno), "", errno};
  SourceFile source{path, {}};
  char buffer[65536];
  size_t n = 0;
  while ((n = fread(buffer, 1, sizeof buffer, file.get())) > 0) {
    source.text.append(buffer, n);
    if (source.text.size() > max_text) return Error{"description file '" + path + "' is too large", "", "", EFBIG};
  }
  if (ferror(file.get())) return Error{"cannot read description file '" + path + "'", strerror(errno), "", errno};
  return source;
}

}  // namespace sysray::describe
