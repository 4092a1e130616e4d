#include "capture/bpf/alarm.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace sysray::capture::bpf {
namespace {

enum : u64 { ring_news, signal_news, timer_news, peer_news };

Error failed(const char* what) { return {what, strerror(errno), "", errno}; }

bool watch(int epoll, int fd, u32 events, u64 what) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = what;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

Result<Alarm> Alarm::make(const sigset_t& awaited, Nanoseconds tick, Object& object, int to_peer) {
  Alarm alarm;
  alarm.object_ = &object;
  sigset_t set = awaited;
  sigaddset(&set, SIGCHLD);
  alarm.signals_.reset(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  alarm.epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!alarm.signals_ || !alarm.epoll_) return failed("signalfd");
  const int epoll = alarm.epoll_.get();
  if (!watch(epoll, alarm.signals_.get(), EPOLLIN, signal_news)) return failed("epoll");
  if (!watch(epoll, object.bell().fd(), EPOLLIN | EPOLLET, ring_news)) return failed("epoll");
  // Its closing is told of without being asked for; once.
  if (to_peer >= 0 && !watch(epoll, to_peer, EPOLLET, peer_news)) return failed("epoll");
  if (tick > 0) {
    alarm.timer_.reset(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    const timespec interval{tick / 1'000'000'000, tick % 1'000'000'000};
    const itimerspec setting{interval, interval};
    if (!alarm.timer_ || timerfd_settime(alarm.timer_.get(), 0, &setting, nullptr) < 0) return failed("timerfd");
    if (!watch(epoll, alarm.timer_.get(), EPOLLIN, timer_news)) return failed("epoll");
  }
  return alarm;
}

void Alarm::listen() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  Former& former = former_.emplace();
  sigaction(SIGCHLD, &action, &former.action);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  pthread_sigmask(SIG_BLOCK, &child, &former.mask);
}

Alarm::~Alarm() {
  if (!epoll_) return;  // moved from
  if (!former_) return;
  sigaction(SIGCHLD, &former_->action, nullptr);
  pthread_sigmask(SIG_SETMASK, &former_->mask, nullptr);
}

void Alarm::sleep(Depth depth, Nanoseconds longest) {
  bpf_shared& shared = object_->shared();
  __atomic_store_n(&shared.reader_sleeps, depth == Depth::deep ? 2 : 1, __ATOMIC_SEQ_CST);
  // Records that came before are no reason for the program to wake anybody.
  auto nothing_is_left = [rings = object_->rings()] {
    return std::all_of(rings.begin(), rings.end(), [](const Ring& ring) { return ring.filled() == 0; });
  };
  std::array<epoll_event, 16> events;
  auto wait = [&](const timespec* limit) {
    return epoll_pwait2(epoll_.get(), events.data(), events.size(), limit, nullptr);
  };
  const timespec limit{longest / 1'000'000'000, longest % 1'000'000'000};
  int count = wait(&limit);
  // Not at once: the program may have looked whether somebody sleeps while its record was still on its way to us.
  if (count == 0 && depth == Depth::deep && nothing_is_left()) count = wait(nullptr);
  __atomic_store_n(&shared.reader_sleeps, 0, __ATOMIC_SEQ_CST);
  for (int i = 0; i < count; i++) {
    switch (events[static_cast<size_t>(i)].data.u64) {
      case ring_news: object_->bell().clear(); break;
      case peer_news: peer_is_gone_ = true; break;
      default: ready_ = true;
    }
  }
}

void Alarm::look() {
  if (!std::exchange(ready_, false)) return;
  signalfd_siginfo info;
  while (read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    if (info.ssi_signo != SIGCHLD) signal_ = static_cast<int>(info.ssi_signo);
  u64 expirations = 0;
  if (timer_ && read(timer_.get(), &expirations, sizeof expirations) > 0) tick_due_ = true;
}

std::optional<int> Alarm::take_signal() { return std::exchange(signal_, std::nullopt); }

bool Alarm::take_tick() { return std::exchange(tick_due_, false); }

}  // namespace sysray::capture::bpf
