// The end of the tracer, which looks like that of the program.
#pragma once

#include "capture/source.h"

namespace sysray::capture {

// If a signal ended the program, the same signal ends this process here. Otherwise the status to exit with.
int end_as(const Ending& ending);

}  // namespace sysray::capture
