// `sysray describe ...`: what sysray does beside tracing; and the model that all of it starts from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/program.h"
#include "describe/model.h"

namespace sysray::cli {

// Runs the subcommand that the first word names, if it names one (never under the name strace). Its exit status.
std::optional<int> run_subcommand(const Program& program, TerminalMessages& messages);

}  // namespace sysray::cli
