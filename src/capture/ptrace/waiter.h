// Waiter: the event loop's only place to wait: for changes of traced threads, for signals to the tracer, for the tick.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "base/unique_fd.h"

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
  // `awaited`: blocked signals to be told of; SIGCHLD is among them. `tick`: interval in nanoseconds, 0 for none.
  static Result<Waiter> make(const sigset_t& awaited, Nanoseconds tick);

  // Appends what has changed, up to `limit` changes, without blocking.
  void collect(std::vector<Change>& to, size_t limit);
  // Tries for a moment to collect one without going to sleep; how long depends on how well that went lately. A stop that
  // follows within microseconds then costs no wake-up.
  void spin(std::vector<Change>& to);
  // Sleeps until a thread may have changed, a signal came, the tick is due, or `timeout` ns have passed (-1: no limit).
  // Appends a change that was there before it slept, and doesn't sleep then.
  void sleep(std::vector<Change>& to, Nanoseconds timeout);
  // Looks for signals and the tick without sleeping, if some milliseconds have passed since that was last done.
  void look_around(Nanoseconds monotonic);

  // The process had no children and no tracees any more when it was last asked for changes.
  bool alone() const { return alone_; }
  // An interrupting signal that came, once.
  std::optional<int> take_signal();
  // Whether the tick was due since the last call.
  bool take_tick();

 private:
  Waiter(UniqueFd epoll, UniqueFd signals, UniqueFd timer)
      : epoll_(std::move(epoll)), signals_(std::move(signals)), timer_(std::move(timer)) {}
  bool collect_one(std::vector<Change>& to);
  void judge_yield(Nanoseconds took);
  void poll(int timeout_ms);
  void read_signals();

  UniqueFd epoll_;
  UniqueFd signals_;
  UniqueFd timer_;
  std::optional<int> signal_;
  bool tick_due_ = false;
  bool alone_ = false;
  Nanoseconds spin_budget_ = 0;
  int unyielding_ = 0;  // rounds of spinning that don't give the CPU away
  int bad_yields_ = 0;  // how many they were the last time, less those that went well since
  Nanoseconds last_look_ = 0;
};

}  // namespace sysray::capture::ptrace
