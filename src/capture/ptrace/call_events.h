// Events of calls and deaths from what is remembered of a thread; for all sources of live threads.
#pragma once

#include "abi/registers.h"
#include "capture/ptrace/call_feed.h"
#include "capture/ptrace/tracee.h"
#include "capture/source.h"
#include "event/raw_event.h"

namespace sysray::capture::ptrace {

// The call that the thread has begun, which the tracee remembers already.
event::RawEvent enter_event(const Tracee& tracee, const abi::CallRegisters& registers);
// The end of the call that it is in.
event::RawEvent exit_event(const Tracee& tracee, const abi::CallRegisters& registers);
// The same if it does not come back from it.
event::RawEvent unfinished_event(const Tracee& tracee);
// What the tracee remembers of a call whose beginning was captured.
void remember_call(Tracee& tracee, const CapturedCall& call);
// The beginning of that call, and the end of the call that the thread is in. `begun`: its beginning was an event, too.
event::RawEvent captured_enter_event(Tracee& tracee, const CapturedCall& call);
event::RawEvent captured_exit_event(Tracee& tracee, const CapturedCall& call, bool begun);
// Its death, by what wait4(2) says of it.
event::RawEvent death_event(const Tracee& tracee, int status);
// That was the launched program.
void note_ending(Ending& ending, const event::RawEvent& death);
// Of a call that ends with this result: remembers it, if restart_syscall will resume it.
void note_restart(Tracee& tracee, s64 result);
// The execve with which our child becomes the program.
bool is_launching_call(const Tracee& tracee);

// The call that has restart_syscall resume it, by a result that user mode never sees (linux/errno.h in the kernel).
inline constexpr s64 restart_block = -516;

}  // namespace sysray::capture::ptrace
