// The choice between the sources that trace running programs.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/messages.h"
#include "capture/source.h"
#include "cli/options.h"
#include "describe/model.h"

namespace sysray::cli {

// As --backend asks. `plan`: that of the options, with the processes that were found.
Result<std::unique_ptr<capture::Source>> make_live_source(const Options& options, capture::Plan plan,
                                                          const describe::Model& model, capture::Messages& messages);

}  // namespace sysray::cli
