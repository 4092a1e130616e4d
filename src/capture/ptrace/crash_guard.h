// The last resort of a tracer that must not end before its tracees.
#pragma once

#include "capture/ptrace/tracee.h"

namespace sysray::capture::ptrace {

// From now on a signal that a fault of this program raises (SEGV, BUS, FPE, ILL, ABRT, SYS) does not end this process:
// the process lets the one that stands in for it die of that signal (stand_in.h; `endings` is the way to it), shows
// nothing more and keeps its tracees going until none is left. For the calling thread, which traces; once. `tracees`
// must live as long as the process does.
void survive_crashes(TraceeTable& tracees, int endings);

}  // namespace sysray::capture::ptrace
