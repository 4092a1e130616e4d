// Stop: one ptrace-stop of one thread, from the wait status that reported it to the request that ends it.
#pragma once

#include <utility>

#include "base/types.h"

namespace sysray::capture::ptrace {

enum class StopKind : u8 {
  syscall,     // syscall-enter-stop or syscall-exit-stop (PTRACE_O_TRACESYSGOOD)
  seccomp,     // PTRACE_EVENT_SECCOMP: our filter stopped at a call
  fork,        // PTRACE_EVENT_FORK, _VFORK: the new process is the event message
  clone,       // PTRACE_EVENT_CLONE: the new thread or process is the event message
  exec,        // PTRACE_EVENT_EXEC: the thread's former id is the event message
  exit,        // PTRACE_EVENT_EXIT: the thread is about to end, whatever it was doing
  group_stop,  // PTRACE_EVENT_STOP with a stopping signal
  trap,        // PTRACE_EVENT_STOP otherwise: first stop of a thread, PTRACE_INTERRUPT, end of a group-stop
  signal,      // signal-delivery-stop
  other,       // an event that was not asked for
};

// ptrace(2): how a thread goes on.
enum class Resume : u8 {
  to_next_call,  // PTRACE_SYSCALL: stops at the next enter or exit of a call
  freely,        // PTRACE_CONT: stops at signals, events and what a seccomp filter picks
};

// The thread is stopped while this lives. It is resumed, left listening or detached exactly once, by one of the
// consuming members; a Stop that is destroyed without is resumed, so that no tracee hangs.
// Each consuming member returns false if the thread was gone (killed while it was stopped): its end will be reported.
class Stop {
 public:
  // From a status of wait4(2) that is WIFSTOPPED.
  Stop(Tid tid, int status) : tid_(tid), status_(status) {}
  Stop(Stop&& other) noexcept : tid_(std::exchange(other.tid_, Tid{})), status_(other.status_) {}
  Stop& operator=(Stop&&) = delete;
  ~Stop();

  Tid tid() const { return tid_; }
  StopKind kind() const;
  int status() const { return status_; }
  // The signal of a signal-delivery-stop or group-stop.
  int signal() const { return status_ >> 8 & 0xff; }
  // PTRACE_GETEVENTMSG; 0 if the thread is gone.
  u64 message() const;

  bool resume(Resume how, int signal = 0) &&;
  // PTRACE_LISTEN: leaves a thread in its group-stop, and reports when that ends.
  bool listen() &&;
  // Leaves the thread stopped, for a Stop that is made again from the same status.
  void keep() && { tid_ = Tid{}; }
  // PTRACE_DETACH; the thread gets `signal` on its way. A group-stopped thread stays stopped.
  bool detach(int signal = 0) &&;

 private:
  bool finish(int request, int signal);
  Tid tid_;
  int status_;
};

}  // namespace sysray::capture::ptrace
