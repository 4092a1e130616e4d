// Archive of description files: names and texts, compressed with zstd.
#pragma once

#include "base/result.h"
#include "describe/source.h"

namespace sysray::describe {

std::string pack_sources(const std::vector<SourceFile>& files);
Result<std::vector<SourceFile>> unpack_sources(std::string_view archive);
// Reads a file from disk.
Result<SourceFile> read_source(const std::string& path);

}  // namespace sysray::describe
