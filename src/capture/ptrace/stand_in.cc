#include "capture/ptrace/stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "capture/ending.h"

namespace sysray::capture::ptrace {
namespace {

// The files of the program and of the trace are not held open: whoever is at their other end must notice when they are
// closed.
void let_go_of_files(int kept_a, int kept_b) {
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (null) dup2(null.get(), fd);
  int kept[] = {STDERR_FILENO, std::min(kept_a, kept_b), std::max(kept_a, kept_b)};
  for (size_t i = 1; i < std::size(kept); i++)
    if (kept[i] > kept[i - 1] + 1)
      close_range(static_cast<unsigned>(kept[i - 1] + 1), static_cast<unsigned>(kept[i] - 1), 0);
  close_range(static_cast<unsigned>(kept[2] + 1), ~0u, 0);
}

// The children of this process are those that the tracer would have: the program, and what it made with CLONE_PARENT.
class Children {
 public:
  explicit Children(pid_t tracer) : tracer_(tracer) {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    action.sa_flags = SA_NOCLDSTOP;
    sigaction(SIGCHLD, &action, nullptr);
  }

  // Those that have ended are let go of; with `block`, until the tracer is among them.
  void reap(bool block) {
    int status = 0;
    while (!tracer_ended_ || !block) {
      const pid_t pid = waitpid(-1, &status, __WALL | (block ? 0 : WNOHANG));
      if (pid < 0 && errno == EINTR) continue;
      if (pid <= 0) return;
      if (pid != tracer_) continue;
      tracer_ended_ = true;
      ending_ = WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
    }
  }
  const Ending& ending_of_tracer() {
    if (!tracer_ended_) reap(true);
    return ending_;
  }

 private:
  pid_t tracer_;
  bool tracer_ended_ = false;
  Ending ending_;
};

void pass_on(pid_t tracer, int signals) {
  signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    if (info.ssi_signo != SIGCHLD) kill(tracer, static_cast<int>(info.ssi_signo));
}

}  // namespace

void stand_in_for(pid_t tracer, UniqueFd endings, const sigset_t& awaited, std::span<const Tid> helpers) {
  sigset_t watched = awaited;
  sigaddset(&watched, SIGCHLD);
  sigprocmask(SIG_BLOCK, &watched, nullptr);
  Children children(tracer);
  const UniqueFd signals(signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC));
  let_go_of_files(endings.get(), std::max(signals.get(), STDERR_FILENO));
  Ending ending;
  bool told = false;
  for (bool waiting = true; waiting;) {
    pollfd fds[] = {{endings.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
    if (poll(fds, std::size(fds), -1) < 0) continue;
    if (fds[1].revents) pass_on(tracer, signals.get());
    children.reap(false);
    if (!fds[0].revents) continue;
    const ssize_t n = read(endings.get(), &ending, sizeof ending);
    told = n == static_cast<ssize_t>(sizeof ending);
    waiting = n < 0 && errno == EINTR;
  }
  if (!told) ending = children.ending_of_tracer();
  for (Tid helper : helpers)
    while (waitpid(number(helper), nullptr, 0) < 0 && errno == EINTR) {
    }
  _exit(end_as(ending));
}

void report_ending(int endings, const Ending& ending) {
  while (write(endings, &ending, sizeof ending) < 0 && errno == EINTR) {
  }
}

}  // namespace sysray::capture::ptrace
