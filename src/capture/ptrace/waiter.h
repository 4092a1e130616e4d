// Waiter: the event loop's only place to wait: for changes of traced threads, for signals to the tracer, for the tick.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "capture/ptrace/change_bell.h"
#include "capture/ptrace/cpu_sharing.h"
#include "capture/ptrace/watcher.h"

namespace sysray::capture::ptrace {

// One answer of wait4(2).
struct Change {
  Tid tid{};
  int status = 0;
  Nanoseconds time = 0;       // CLOCK_REALTIME, when it was collected
  Nanoseconds monotonic = 0;  // CLOCK_MONOTONIC
};

struct Timestamps {
  Nanoseconds time;
  Nanoseconds monotonic;
};
Timestamps now();

class Waiter {
 public:
  explicit Waiter(Watcher& watcher);
  // Must have succeeded before sleep_until() is called.
  Result<void> prepare_deadlines();

  // Appends what has changed, up to `limit` changes, without blocking.
  void collect(std::vector<Change>& to, size_t limit);
  // Tries for a moment to collect one without going to sleep. A stop that follows within microseconds then costs no
  // wake-up. How long it tries depends on how well that went lately; not at all while other programs want the CPU, and
  // no longer than `until` (CLOCK_MONOTONIC).
  void spin(std::vector<Change>& to, std::optional<Nanoseconds> until);
  // Sleeps until a thread has changed, which is appended, or the watcher has news.
  void sleep(std::vector<Change>& to);
  // The same, but no longer than `until` (CLOCK_MONOTONIC). Costs more for each change that ends it.
  void sleep_until(std::vector<Change>& to, Nanoseconds until);

  // Back to the calling thread's usual place and policy (CpuSharing).
  void leave_sharing() { sharing_.leave(); }

  // The process had no children and no tracees any more when it was last asked for changes.
  bool alone() const { return alone_; }

 private:
  bool wait_for_one(std::vector<Change>& to, int flags);
  void judge_round(Nanoseconds from, Nanoseconds to);

  Watcher& watcher_;
  std::optional<ChangeBell> bell_;
  CpuSharing sharing_;
  bool alone_ = false;
  Nanoseconds spin_budget_;
  Nanoseconds lead_ = 0;  // how late a timer wakes us, on average
  Nanoseconds contended_until_ = 0;
  Nanoseconds contention_ = 0;  // how long spinning is left off after the next sign of contention
};

}  // namespace sysray::capture::ptrace
