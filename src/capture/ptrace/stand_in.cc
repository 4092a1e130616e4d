#include "capture/ptrace/stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "capture/ending.h"

namespace sysray::capture::ptrace {
namespace {

// The files of the program and of the trace are not held open: whoever is at their other end must notice when they are
// closed.
void let_go_of_files(int kept_a, int kept_b, bool keep_standard_error) {
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (null && (fd != STDERR_FILENO || !keep_standard_error)) dup2(null.get(), fd);
  int kept[] = {STDERR_FILENO, std::min(kept_a, kept_b), std::max(kept_a, kept_b)};
  for (size_t i = 1; i < std::size(kept); i++)
    if (kept[i] > kept[i - 1] + 1)
      close_range(static_cast<unsigned>(kept[i - 1] + 1), static_cast<unsigned>(kept[i] - 1), 0);
  close_range(static_cast<unsigned>(kept[2] + 1), ~0u, 0);
}

void pass_on(pid_t tracer, int signals) {
  signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    if (info.ssi_signo != SIGCHLD) kill(tracer, static_cast<int>(info.ssi_signo));
}

}  // namespace

StandIn::StandIn(std::span<const Tid> helpers, const ChildEnd& on_stranger)
    : helpers_(helpers), on_stranger_(on_stranger) {
  std::ifstream children("/proc/thread-self/children");  // Linux 3.17, CONFIG_PROC_CHILDREN
  for (s32 pid; children >> pid;)
    if (std::ranges::find(helpers, Tid{pid}) == helpers.end()) strangers_.push_back(Tid{pid});
}

// Those that have ended are let go of, the program and what it made with CLONE_PARENT; with `block`, until the tracer
// is among them.
void StandIn::reap(bool block) {
  int status = 0;
  while (!tracer_ended_ || !block) {
    const pid_t pid = waitpid(-1, &status, __WALL | (block ? 0 : WNOHANG));
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) return;
    if (std::ranges::find(strangers_, Tid{pid}) != strangers_.end()) on_stranger_(Tid{pid}, status);
    if (pid != tracer_) continue;
    tracer_ended_ = true;
    ending_ = WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
  }
}

void StandIn::run(pid_t tracer, UniqueFd endings, const sigset_t& awaited) {
  tracer_ = tracer;
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  action.sa_flags = SA_NOCLDSTOP;
  sigaction(SIGCHLD, &action, nullptr);
  sigset_t watched = awaited;
  sigaddset(&watched, SIGCHLD);
  sigprocmask(SIG_BLOCK, &watched, nullptr);
  const UniqueFd signals(signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC));
  let_go_of_files(endings.get(), std::max(signals.get(), STDERR_FILENO), !strangers_.empty());
  Ending told;
  bool was_told = false;
  for (bool waiting = true; waiting;) {
    pollfd fds[] = {{endings.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
    if (poll(fds, std::size(fds), -1) < 0) continue;
    if (fds[1].revents) pass_on(tracer, signals.get());
    reap(false);
    if (!fds[0].revents) continue;
    const ssize_t n = read(endings.get(), &told, sizeof told);
    was_told = n == static_cast<ssize_t>(sizeof told);
    waiting = n < 0 && errno == EINTR;
  }
  if (!was_told && !tracer_ended_) reap(true);
  for (Tid helper : helpers_)
    while (waitpid(number(helper), nullptr, 0) < 0 && errno == EINTR) {
    }
  _exit(end_as(was_told ? told : ending_));
}

void report_ending(int endings, const Ending& ending) {
  while (write(endings, &ending, sizeof ending) < 0 && errno == EINTR) {
  }
}

}  // namespace sysray::capture::ptrace
