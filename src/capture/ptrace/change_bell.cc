#include "capture/ptrace/change_bell.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

namespace sysray::capture::ptrace {
namespace {

sigset_t child_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  return set;
}

}  // namespace

Result<ChangeBell> ChangeBell::make() {
  sigset_t set = child_signal();
  UniqueFd changes(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!changes) return Error{"signalfd", strerror(errno), "", errno};
  UniqueFd timer(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!timer) return Error{"timerfd", strerror(errno), "", errno};
  return ChangeBell(std::move(changes), std::move(timer));
}

ChangeBell::~ChangeBell() { listen(false); }

void ChangeBell::listen(bool on) {
  if (on == listens_) return;
  listens_ = on;
  sigset_t set = child_signal();
  if (on) pthread_sigmask(SIG_BLOCK, &set, nullptr);
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  action.sa_flags = on ? 0 : SA_NOCLDSTOP;
  sigaction(SIGCHLD, &action, nullptr);
  // Without an action, one that is pending goes nowhere.
  if (!on) pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void ChangeBell::wait(Nanoseconds until) {
  itimerspec setting{{0, 0}, {until / 1'000'000'000, until % 1'000'000'000}};
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &setting, nullptr);
  pollfd fds[] = {{changes_.get(), POLLIN, 0}, {timer_.get(), POLLIN, 0}};
  poll(fds, 2, -1);
  signalfd_siginfo info;
  if (fds[0].revents & POLLIN) (void)!read(changes_.get(), &info, sizeof info);
}

}  // namespace sysray::capture::ptrace
