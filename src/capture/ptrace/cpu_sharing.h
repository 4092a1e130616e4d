// CpuSharing: while one thread alone makes calls, lets the tracer share its CPU, so that no stop costs a wake-up.
#pragma once

#include <optional>

#include "base/types.h"

namespace sysray::capture::ptrace {

// A tracer and its tracee take turns. The kernel likes to put them on two CPUs all the same, of which one is always
// idle: each turn then begins with waking a CPU, which costs more than the rest of the stop. A CPU that runs only
// threads of the policy SCHED_IDLE counts as idle (sched(7)): a tracee that is resumed from there gets it at once, and
// the tracer gets it back when the tracee stops.
//
// Only the tracer's own policy and place change, never a tracee's. With that policy any other program comes first, so
// it is kept no longer than one thread stops again and again, and the CPU isn't wanted by others.
class CpuSharing {
 public:
  CpuSharing() = default;
  CpuSharing(const CpuSharing&) = delete;
  CpuSharing& operator=(const CpuSharing&) = delete;
  ~CpuSharing() { leave(); }

  // A change of `tid` was found without sleeping at `monotonic` (CLOCK_MONOTONIC); `at_once`: at the first look.
  void found(Tid tid, Nanoseconds monotonic, bool at_once);
  // For longer than a stop takes, the CPU was somebody else's.
  void contended(Nanoseconds monotonic);
  // Back to the usual policy: before sleeping, for one.
  void leave();

  bool active() const { return active_; }

 private:
  void enter();
  // Moves the tracer to the CPU that `tid` ran on last. False: it may not run there.
  bool join(Tid tid);

  std::optional<bool> possible_;  // once it was tried
  bool active_ = false;
  Tid tid_{};
  unsigned streak_ = 0;  // changes of tid_ in a row
  unsigned apart_ = 0;   // how many of them were not found at once, since the last move
  Nanoseconds not_before_ = 0;
  Nanoseconds pause_ = 0;  // how long it is left off after the next sign of contention
};

}  // namespace sysray::capture::ptrace
