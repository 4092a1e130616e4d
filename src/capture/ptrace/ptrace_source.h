// The ptrace source: seizes threads with ptrace(2) and delivers their calls, signals and changes of state.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/messages.h"
#include "capture/ptrace/successor.h"
#include "capture/source.h"

namespace sysray::capture::ptrace {

// Starts the program of the plan (it waits before its execve) and attaches to the threads named in it; nothing runs
// traced before Source::run. `messages` must outlive the source. With a daemon mode this returns in a detached
// grandchild of the caller, and the calling process becomes the program.
//
// Until the source is destroyed, signals are treated as Plan::interactive says: the interrupting ones are blocked
// (InteractiveMode::waiting) or ignored; and SIGURG may interrupt system calls of the calling thread, which must be the
// one that calls run(). Every child of the process is waited for by the source during run().
//
// `successor`: may take over; null: nobody does.
//
// An Error with an empty `cause` was told through `messages` already.
Result<std::unique_ptr<Source>> make_ptrace_source(Plan plan, Messages& messages,
                                                   std::unique_ptr<Successor> successor = nullptr);

}  // namespace sysray::capture::ptrace
