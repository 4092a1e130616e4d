// The visible process while another one traces: parent of the program, and what its caller waits for and sends signals
// to.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <functional>
#include <span>
#include <vector>

#include "base/unique_fd.h"
#include "capture/source.h"

namespace sysray::capture::ptrace {

// A child of this process has ended, with this wait status.
using ChildEnd = std::function<void(Tid, int status)>;

// Why: a seccomp filter cannot be taken away, and the calls that it picks fail in a thread that nobody traces. So the
// tracer has to stay as long as a thread with the filter lives, though its user may see it end before.
class StandIn {
 public:
  // Before any child is made: the children that there are by now, but for `helpers`, are strangers. Both references
  // must outlive it.
  StandIn(std::span<const Tid> helpers, const ChildEnd& on_stranger);

  // Passes signals of `awaited` on to the tracer, waits until it reports the ending through `endings` or ends itself,
  // waits for the helpers, and ends in the same way.
  [[noreturn]] void run(pid_t tracer, UniqueFd endings, const sigset_t& awaited);

 private:
  void reap(bool block);

  std::span<const Tid> helpers_;
  const ChildEnd& on_stranger_;
  std::vector<Tid> strangers_;
  pid_t tracer_ = 0;
  bool tracer_ended_ = false;
  Ending ending_;
};

// For the tracer: lets the visible process end.
void report_ending(int endings, const Ending& ending);

}  // namespace sysray::capture::ptrace
