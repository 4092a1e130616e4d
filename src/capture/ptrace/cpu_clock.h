// The CPU time of one thread, for RawEvent::system_time.
#pragma once

#include "capture/ptrace/tracee.h"

namespace sysray::capture::ptrace {

// CPU time of the stopped thread so far, exact to the nanosecond (first number of schedstat, proc_pid_schedstat(5),
// Linux 2.6.9 with CONFIG_SCHED_INFO). Between the enter-stop and the exit-stop of a call a thread runs in kernel mode
// only, so that the difference is the system time of the call, without the tick sampling of ru_stime. Falls back to
// utime + stime of the thread's stat file, in clock ticks. 0 if the thread is gone.
Nanoseconds cpu_time(Tracee& tracee);

}  // namespace sysray::capture::ptrace
