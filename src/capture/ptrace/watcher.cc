#include "capture/ptrace/watcher.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace sysray::capture::ptrace {
namespace {

// Interrupts a blocking call; by default it is ignored, so that one that comes too late does no harm.
constexpr int interrupting_signal = SIGURG;

void do_nothing(int) {}

Error failed(const char* what) { return {what, strerror(errno), "", errno}; }

}  // namespace

Result<std::unique_ptr<Watcher>> Watcher::make(const sigset_t& awaited, Nanoseconds tick, int to_peer) {
  UniqueFd signals(signalfd(-1, &awaited, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals) return failed("signalfd");
  UniqueFd stop(eventfd(0, EFD_CLOEXEC));
  if (!stop) return failed("eventfd");
  UniqueFd timer;
  if (tick > 0) {
    timer.reset(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    timespec interval{tick / 1'000'000'000, tick % 1'000'000'000};
    itimerspec setting{interval, interval};
    if (!timer || timerfd_settime(timer.get(), 0, &setting, nullptr) < 0) return failed("timerfd");
  }
  std::unique_ptr<Watcher> watcher(new Watcher(std::move(signals), std::move(timer), std::move(stop), to_peer));
  watcher->start();
  return watcher;
}

void Watcher::start() {
  struct sigaction action {};
  action.sa_handler = do_nothing;  // without SA_RESTART
  sigaction(interrupting_signal, &action, &former_action_);
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &former_mask_);  // for the thread to inherit
  thread_ = std::thread([this, watched = static_cast<pid_t>(syscall(SYS_gettid))] { watch(watched); });
  sigset_t open = former_mask_;
  sigdelset(&open, interrupting_signal);
  pthread_sigmask(SIG_SETMASK, &open, nullptr);
}

Watcher::~Watcher() {
  stopping_ = true;
  u64 one = 1;
  while (write(stop_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr);
  sigaction(interrupting_signal, &former_action_, nullptr);
}

void Watcher::watch(pid_t watched) {
  // poll(2) passes over negative descriptors.
  pollfd fds[] = {{stop_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}, {timer_.get(), POLLIN, 0}, {to_peer_, 0, 0}};
  while (!stopping_) {
    if (poll(fds, std::size(fds), -1) < 0 || fds[0].revents) continue;
    if (fds[3].revents) {
      peer_is_gone_ = true;
      fds[3].fd = -1;
    }
    news_ = true;
    // Until it was looked at: a signal that comes before the other thread blocks has no effect.
    for (timespec moment{0, 500'000}; news_ && !stopping_; moment.tv_nsec = std::min(2 * moment.tv_nsec, 64'000'000L)) {
      if (blocking_) syscall(SYS_tgkill, getpid(), watched, interrupting_signal);
      nanosleep(&moment, nullptr);
    }
  }
}

void Watcher::look() {
  signalfd_siginfo info;
  while (read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    signal_ = static_cast<int>(info.ssi_signo);
  u64 expirations;
  if (timer_ && read(timer_.get(), &expirations, sizeof expirations) > 0) tick_due_ = true;
  news_ = false;
}

std::optional<int> Watcher::take_signal() { return std::exchange(signal_, std::nullopt); }

bool Watcher::take_tick() { return std::exchange(tick_due_, false); }

}  // namespace sysray::capture::ptrace
