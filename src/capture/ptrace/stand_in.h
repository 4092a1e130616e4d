// The visible process while another one traces: parent of the program, and what its caller waits for and sends signals
// to.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <span>

#include "base/unique_fd.h"
#include "capture/source.h"

namespace sysray::capture::ptrace {

// Why: a seccomp filter cannot be taken away, and the calls that it picks fail in a thread that nobody traces. So the
// tracer has to stay as long as a thread with the filter lives, though its user may see it end before.
//
// Passes signals of `awaited` on to the tracer, waits until it reports the ending through `endings` or ends itself,
// waits for `helpers`, and ends in the same way.
[[noreturn]] void stand_in_for(pid_t tracer, UniqueFd endings, const sigset_t& awaited, std::span<const Tid> helpers);

// For the tracer: lets the visible process end.
void report_ending(int endings, const Ending& ending);

}  // namespace sysray::capture::ptrace
