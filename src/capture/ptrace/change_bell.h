// ChangeBell: waits for changes of traced threads and for a moment of time alike.
#pragma once

#include <signal.h>

#include "base/result.h"
#include "base/types.h"
#include "base/unique_fd.h"

namespace sysray::capture::ptrace {

// wait4(2) knows no deadline. SIGCHLD as a descriptor does, but raising it costs a third more for each stop; so it is
// raised only while this listens. A change that happened since the last wait, or since listening began, ends the next
// wait at once: between looking for changes and waiting for them none is lost, however late the wait begins.
class ChangeBell {
 public:
  static Result<ChangeBell> make();
  ChangeBell(ChangeBell&&) = default;
  ~ChangeBell();

  bool listens() const { return listens_; }
  void listen(bool on);
  // Waits for a change, until `until` (CLOCK_MONOTONIC), or for a signal that interrupts system calls.
  void wait(Nanoseconds until);

 private:
  ChangeBell(UniqueFd changes, UniqueFd timer) : changes_(std::move(changes)), timer_(std::move(timer)) {}
  UniqueFd changes_;  // signalfd of SIGCHLD
  UniqueFd timer_;    // timerfd
  bool listens_ = false;
};

}  // namespace sysray::capture::ptrace
