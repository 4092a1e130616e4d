// What need not be captured, since nothing that is asked for shows it.
#pragma once

#include "capture/source.h"
#include "cli/options.h"
#include "describe/model.h"

namespace sysray::cli {

// By -e status=, -z and -Z. None, where calls that aren't shown leave a trace in others that are.
capture::Unneeded unneeded_outcomes(const Options& options, const describe::Model& model);

}  // namespace sysray::cli
