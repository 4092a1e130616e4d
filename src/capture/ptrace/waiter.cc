#include "capture/ptrace/waiter.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace sysray::capture::ptrace {
namespace {

constexpr Nanoseconds microsecond = 1000;
constexpr Nanoseconds millisecond = 1000 * microsecond;
// About what putting a CPU to sleep and waking it by an interrupt costs: spinning longer would gain nothing.
constexpr Nanoseconds longest_spin = 40 * microsecond;
constexpr Nanoseconds shortest_spin = 1 * microsecond;
constexpr Nanoseconds longest_good_yield = 300 * microsecond;
constexpr int most_unyielding = 4096;
constexpr Nanoseconds look_interval = 5 * millisecond;

Nanoseconds read_clock(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return static_cast<Nanoseconds>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

// Whether a stop raises SIGCHLD. Nobody needs it while the loop asks anyway, and raising it costs some 5 % of a stop.
void signal_stops(bool wanted) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  action.sa_flags = wanted ? 0 : SA_NOCLDSTOP;
  sigaction(SIGCHLD, &action, nullptr);
}

Error failed(const char* what) { return {what, strerror(errno), "", errno}; }

}  // namespace

Timestamps now() { return {read_clock(CLOCK_REALTIME), read_clock(CLOCK_MONOTONIC)}; }

Result<Waiter> Waiter::make(const sigset_t& awaited, Nanoseconds tick) {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  UniqueFd signals(signalfd(-1, &awaited, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!epoll || !signals) return failed("signalfd");
  UniqueFd timer;
  if (tick > 0) {
    timer.reset(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    timespec interval{tick / 1'000'000'000, tick % 1'000'000'000};
    itimerspec setting{interval, interval};
    if (!timer || timerfd_settime(timer.get(), 0, &setting, nullptr) < 0) return failed("timerfd");
  }
  for (int fd : {signals.get(), timer.get()}) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (fd >= 0 && epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) < 0) return failed("epoll_ctl");
  }
  Waiter waiter(std::move(epoll), std::move(signals), std::move(timer));
  waiter.spin_budget_ = longest_spin;
  return waiter;
}

bool Waiter::collect_one(std::vector<Change>& to) {
  int status;
  pid_t pid;
  while ((pid = wait4(-1, &status, __WALL | WNOHANG, nullptr)) < 0 && errno == EINTR) {
  }
  alone_ = pid < 0;
  if (pid <= 0) return false;
  Timestamps stamps = now();
  to.push_back({Tid{pid}, status, stamps.time, stamps.monotonic});
  return true;
}

void Waiter::collect(std::vector<Change>& to, size_t limit) {
  while (limit > 0 && collect_one(to)) limit--;
}

void Waiter::spin(std::vector<Change>& to) {
  Nanoseconds start = read_clock(CLOCK_MONOTONIC), before = start;
  do {
    if (unyielding_ > 0) {
      unyielding_--;
    } else {
      sched_yield();
    }
    if (collect_one(to)) spin_budget_ = longest_spin;
    Nanoseconds after = read_clock(CLOCK_MONOTONIC);
    judge_yield(after - before);
    before = after;
  } while (to.empty() && !alone_ && before - start < spin_budget_);
  if (to.empty()) spin_budget_ = std::max(spin_budget_ / 2, shortest_spin);
}

// Yielding lets a thread that shares our CPU get on right away, and costs nothing with the CPU for ourselves. But a third
// one that computes may get the CPU, for a slice of milliseconds: then the CPU is not given away for a while.
void Waiter::judge_yield(Nanoseconds took) {
  if (took > longest_good_yield) {
    unyielding_ = bad_yields_ = std::min(2 * bad_yields_ + 64, most_unyielding);
  } else if (unyielding_ == 0 && bad_yields_ > 0) {
    bad_yields_--;
  }
}

void Waiter::sleep(std::vector<Change>& to, Nanoseconds timeout) {
  signal_stops(true);
  if (collect_one(to) || alone_) return signal_stops(false);
  Nanoseconds start = read_clock(CLOCK_MONOTONIC);
  poll(timeout < 0 ? -1 : static_cast<int>((timeout + millisecond - 1) / millisecond));
  signal_stops(false);
  last_look_ = read_clock(CLOCK_MONOTONIC);
  // It would have been better to spin.
  if (last_look_ - start < 2 * longest_spin) spin_budget_ = std::min(spin_budget_ * 2, longest_spin);
}

void Waiter::look_around(Nanoseconds monotonic) {
  if (monotonic - last_look_ < look_interval) return;
  last_look_ = monotonic;
  poll(0);
}

void Waiter::poll(int timeout_ms) {
  epoll_event events[2];
  int n = epoll_wait(epoll_.get(), events, 2, timeout_ms);
  for (int i = 0; i < n; i++) {
    if (events[i].data.fd == signals_.get()) {
      read_signals();
    } else {
      u64 expirations;
      if (read(timer_.get(), &expirations, sizeof expirations) > 0) tick_due_ = true;
    }
  }
}

void Waiter::read_signals() {
  signalfd_siginfo infos[4];
  ssize_t bytes;
  while ((bytes = read(signals_.get(), infos, sizeof infos)) > 0) {
    for (size_t i = 0; i < static_cast<size_t>(bytes) / sizeof infos[0]; i++)
      if (infos[i].ssi_signo != SIGCHLD) signal_ = static_cast<int>(infos[i].ssi_signo);
  }
}

std::optional<int> Waiter::take_signal() { return std::exchange(signal_, std::nullopt); }

bool Waiter::take_tick() { return std::exchange(tick_due_, false); }

}  // namespace sysray::capture::ptrace
