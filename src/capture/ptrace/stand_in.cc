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

void pass_on(pid_t tracer, int signals) {
  signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    kill(tracer, static_cast<int>(info.ssi_signo));
}

Ending ending_of(pid_t tracer) {
  int status = 0;
  while (waitpid(tracer, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? Ending{0, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
}

}  // namespace

void stand_in_for(pid_t tracer, UniqueFd endings, const sigset_t& awaited, std::span<const Tid> helpers) {
  const UniqueFd signals(signalfd(-1, &awaited, SFD_NONBLOCK | SFD_CLOEXEC));
  let_go_of_files(endings.get(), std::max(signals.get(), STDERR_FILENO));
  Ending ending;
  bool told = false;
  for (bool waiting = true; waiting;) {
    pollfd fds[] = {{endings.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
    if (poll(fds, std::size(fds), -1) < 0) continue;
    if (fds[1].revents) pass_on(tracer, signals.get());
    if (!fds[0].revents) continue;
    const ssize_t n = read(endings.get(), &ending, sizeof ending);
    told = n == static_cast<ssize_t>(sizeof ending);
    waiting = n < 0 && errno == EINTR;
  }
  if (!told) ending = ending_of(tracer);
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
