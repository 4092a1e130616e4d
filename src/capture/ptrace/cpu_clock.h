// The CPU time of one thread, for RawEvent::system_time.
#pragma once

#include "capture/ptrace/tracee.h"

namespace sysray::capture::ptrace {

// CPU time of the stopped thread so far, exact to the nanosecond (first number of schedstat, proc_pid_schedstat(5),
// Linux 2.6.9 with CONFIG_SCHED_INFO). Between the enter-stop and the exit-stop of a call a thread runs in kernel mode
// only, so that the difference is the system time of the call, without the tick sampling of ru_stime. Falls back to
// utime + stime of the thread's stat file, in clock ticks. 0 if the thread is gone.
//
// What was weighed (Linux 6.18, time of one reading over that of an empty call): schedstat 0.7 us; clock_gettime of the
// process's CPU clock 0.3 us, but it is the sum over all threads, and the kernel gives no other process a thread's;
// PERF_COUNT_SW_TASK_CLOCK 0.5 us, and each switch to the thread costs more; the stat file 3.8 us, in ticks; the struct
// rusage of wait4 comes with the stop, in microseconds that are shared out between user and system by ticks.
Nanoseconds cpu_time(Tracee& tracee);

}  // namespace sysray::capture::ptrace
