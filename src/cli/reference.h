// `sysray describe --reference DIR`: the manual of the interface in Markdown, a page for each subsystem.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "describe/model.h"
#include "describe/source.h"

namespace sysray::cli {

struct ReferencePage {
  std::string name;  // of the file: "file.md"
  std::string text;
};

// README.md (the index) and a page for each subsystem that declares more than numbers.
std::vector<ReferencePage> reference_pages(const describe::Model& model,
                                           const std::vector<describe::SourceFile>& sources);

// Writes the pages into `directory` (made if it is missing) and takes pages of former subsystems away.
Result<void> write_reference(const std::vector<ReferencePage>& pages, const std::string& directory);

}  // namespace sysray::cli
