// Finds what --container, --comm and the like name, before tracing begins and while it goes on.
#pragma once

#include "base/result.h"
#include "cli/options.h"

namespace sysray::cli {

// Adds the processes that belong to the targets to the plan, and the watch for those that will. Waits for them with
// --wait-for. Error: an unknown target, with what there is.
Result<void> find_targets(const Options& options, capture::Plan& plan);

}  // namespace sysray::cli
