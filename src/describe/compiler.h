// Compiler: descriptions as written → tables. Names are looked up over all files, in no order.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "describe/source.h"
#include "describe/tables.h"

namespace sysray::describe {

struct CompileOptions {
  bool allow_missing = false;  // entries of system call tables may lack a declaration
};

// Compiles all files as one unit. On failure Error::cause is the text of all diagnostics.
Result<std::unique_ptr<Compiled>> compile(const std::vector<SourceFile>& files, const CompileOptions& options = {});

}  // namespace sysray::describe
