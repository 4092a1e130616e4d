// The descriptions that the build put into the binary: as tables, and as text for --describe.
#pragma once

#include <memory>

#include "base/result.h"
#include "describe/compiler.h"
#include "describe/model.h"

namespace sysray::describe {

// The text of all embedded description files.
Result<std::vector<SourceFile>> embedded_sources();

// Compiles the embedded descriptions together with the named files. A file that can't be read is an error.
Result<std::unique_ptr<Compiled>> load_with(const std::vector<std::string>& files);

}  // namespace sysray::describe
