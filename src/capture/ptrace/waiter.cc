#include "capture/ptrace/waiter.h"

#include <errno.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <limits>

namespace sysray::capture::ptrace {
namespace {

constexpr Nanoseconds microsecond = 1000;
constexpr Nanoseconds millisecond = 1000 * microsecond;
// About what putting a CPU to sleep and waking it by an interrupt costs: spinning longer would gain nothing.
constexpr Nanoseconds longest_spin = 40 * microsecond;
constexpr Nanoseconds shortest_spin = 1 * microsecond;
// A round of spinning takes about a microsecond; a tracee that gets the CPU in between, some more. Longer than this,
// and another program had it.
constexpr Nanoseconds longest_round = 300 * microsecond;
constexpr Nanoseconds shortest_contention = 20 * millisecond;
constexpr Nanoseconds longest_contention = 1000 * millisecond;

Nanoseconds read_clock(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return static_cast<Nanoseconds>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

Timestamps now() { return {read_clock(CLOCK_REALTIME), read_clock(CLOCK_MONOTONIC)}; }

Waiter::Waiter(Watcher& watcher) : watcher_(watcher), spin_budget_(longest_spin) {}

bool Waiter::wait_for_one(std::vector<Change>& to, int flags) {
  int status;
  pid_t pid = wait4(-1, &status, __WALL | flags, nullptr);
  alone_ = pid < 0 && errno == ECHILD;
  if (pid <= 0) return false;
  Timestamps stamps = now();
  to.push_back({Tid{pid}, status, stamps.time, stamps.monotonic});
  return true;
}

void Waiter::collect(std::vector<Change>& to, size_t limit) {
  for (; limit > 0 && wait_for_one(to, WNOHANG); limit--) sharing_.found(to.back().tid, to.back().monotonic, true);
}

void Waiter::spin(std::vector<Change>& to, std::optional<Nanoseconds> until) {
  Nanoseconds start = read_clock(CLOCK_MONOTONIC), before = start;
  if (start < contended_until_) return;
  Nanoseconds end = std::min(start + spin_budget_, until.value_or(std::numeric_limits<Nanoseconds>::max()));
  bool first = true;
  while (to.empty() && !alone_ && before < end) {
    // Lets a thread that shares our CPU get on right away; with the CPU for ourselves it returns at once.
    if (!first || !sharing_.active()) sched_yield();
    bool found = wait_for_one(to, WNOHANG);
    Nanoseconds after = found ? to.back().monotonic : read_clock(CLOCK_MONOTONIC);
    judge_round(before, after);
    if (found) sharing_.found(to.back().tid, after, first);
    first = false;
    before = after;
  }
  spin_budget_ = to.empty() ? std::max(spin_budget_ / 2, shortest_spin) : longest_spin;
}

// Spinning is paid for with CPU time, which the scheduler holds against us when others want it too: then a thread that
// sleeps is served sooner.
void Waiter::judge_round(Nanoseconds from, Nanoseconds to) {
  if (to - from > longest_round) {
    if (sharing_.active()) return sharing_.contended(to);
    bool again = from - contended_until_ < 2 * contention_;
    contention_ = again ? std::min(2 * contention_, longest_contention) : shortest_contention;
    contended_until_ = to + contention_;
  }
}

Result<void> Waiter::prepare_deadlines() {
  Result<ChangeBell> bell = ChangeBell::make();
  if (!bell) return bell.error();
  bell_.emplace(std::move(*bell));
  return {};
}

// Waking up takes as long as it did lately: the timer is set so much earlier, and the rest is spent spinning.
void Waiter::sleep_until(std::vector<Change>& to, Nanoseconds until) {
  if (!bell_->listens()) {
    bell_->listen(true);
    if (wait_for_one(to, WNOHANG)) return;
  }
  sharing_.leave();
  Nanoseconds timer = until - lead_;
  watcher_.begin_blocking();
  bell_->wait(timer);
  watcher_.end_blocking();
  if (wait_for_one(to, WNOHANG) || watcher_.has_news()) return;
  Nanoseconds woken = read_clock(CLOCK_MONOTONIC);
  if (woken < timer) return;
  lead_ = std::clamp(lead_ + (woken - timer - lead_) / 8, Nanoseconds{0}, longest_spin);
  while (read_clock(CLOCK_MONOTONIC) < until && !wait_for_one(to, WNOHANG)) sched_yield();
}

void Waiter::sleep(std::vector<Change>& to) {
  if (bell_) bell_->listen(false);
  sharing_.leave();
  Nanoseconds start = read_clock(CLOCK_MONOTONIC);
  watcher_.begin_blocking();
  bool found = wait_for_one(to, 0);
  watcher_.end_blocking();
  // It would have been better to spin.
  if (found && to.back().monotonic - start < 2 * longest_spin) spin_budget_ = std::min(2 * spin_budget_, longest_spin);
}

}  // namespace sysray::capture::ptrace
