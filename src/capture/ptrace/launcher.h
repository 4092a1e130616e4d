// Launcher: the process of the program, from its fork to its execve, seen from both sides.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <optional>
#include <span>
#include <vector>

#include "base/unique_fd.h"
#include "capture/messages.h"
#include "capture/ptrace/program.h"
#include "capture/ptrace/signal_guard.h"
#include "capture/ptrace/stand_in.h"

namespace sysray::capture::ptrace {

struct ChildSetup {
  std::vector<sock_filter> filter;    // to be installed; none if empty
  bool may_set_no_new_privs = false;  // if the kernel demands it for the filter
  bool stops = true;                  // false: there will be no tracer to end its stop
};

// What the child tells through a pipe that closes at its execve.
struct ChildReport {
  enum class What : u8 { filter_installed, filter_refused, identity_refused, exec_failed };
  What what;
  int error;  // errno value
};

// The child waits until release(), sets itself up, stops itself with SIGSTOP and calls execve; if that fails it reports
// and ends with status 1. In between the tracer seizes it.
class Launcher {
 public:
  // Forks. With a daemon mode the calling process becomes the child, and this returns in a detached grandchild, which
  // has its own process group or session as the mode says.
  static Result<Launcher> start(const Program& program, const ChildSetup& setup, DaemonMode daemon,
                                const SignalGuard& signals);
  // The same with a tracer apart: returns in a new process, which traces; the calling one is the program's parent and
  // stands in for the tracer (stand_in.h), for as long as that does not report_ending().
  static Result<Launcher> start_apart(const Program& program, const ChildSetup& setup, const SignalGuard& signals,
                                      std::span<const Tid> helpers, const ChildEnd& on_stranger);

  Launcher(Launcher&&) = default;
  // A child that was never released ends.
  ~Launcher() = default;

  Tid tid() const { return Tid{child_}; }
  void release();
  // The next report, without waiting.
  std::optional<ChildReport> report();
  // Tells why it has ended before it was the program.
  void say_failure(Messages& messages);
  // Lets the process that stands in for the tracer end, if there is one.
  void report_ending(const Ending& ending) const;
  // The pipe to it, whose other end is closed once it has ended; -1 if there is none.
  int to_stand_in() const { return endings_.get(); }

 private:
  Launcher(pid_t child, UniqueFd go, UniqueFd reports)
      : child_(child), go_(std::move(go)), reports_(std::move(reports)) {}
  pid_t child_;
  UniqueFd go_;
  UniqueFd reports_;
  UniqueFd endings_;  // to the process that stands in
};

}  // namespace sysray::capture::ptrace
