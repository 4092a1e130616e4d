// Threads that stop at their calls go over to a feed, and back to the care of their filters (class Tracer).
#include <sys/ptrace.h>

#include "capture/ptrace/tracer.h"

namespace sysray::capture::ptrace {

void Tracer::go_over_to(CallFeed& feed, unsigned long options) {
  feed_ = &feed;
  fed_options_ = options;
}

// Where a filter is not suspended, what it picks is refused unless its stops are asked for; and children inherit it.
bool Tracer::set_fed_options(const Tracee& tracee, unsigned long more) {
  const unsigned long options = *fed_options_ | (filtered_ ? filter_options : 0) | more;
  return ::ptrace(PTRACE_SETOPTIONS, number(tracee.tid), nullptr, options) == 0;
}

// At stops behind the end of a call, which the feed does not see then, and before the beginning of the next.
bool Tracer::may_go_over(const Tracee& tracee, const Stop& stop) const {
  if (!feed_ || !fed_options_ || tracee.fed || tracee.hidden || tracee.leaving) return false;
  if (tracee.phase != Phase::traced || tracee.progress != Progress::outside) return false;
  const StopKind kind = stop.kind();
  return kind == StopKind::syscall || kind == StopKind::signal || kind == StopKind::trap;
}

// Our filter would stop it all the same; but it is suspended with all other filters of the thread (Linux 4.3), so only
// while there are none. Where that is impossible, each picked call costs one stop.
void Tracer::go_over(Tracee& tracee) {
  tracee.suspended = filtered_ && !tracee.own_filter && set_fed_options(tracee, PTRACE_O_SUSPEND_SECCOMP);
  if (!tracee.suspended && !set_fed_options(tracee, 0)) return;
  tracee.fed = true;
  feed_->begin(tracee.tid, false);
}

// The thread is stopped.
void Tracer::restore_filter(Tracee& tracee) {
  tracee.filter_due = false;
  tracee.suspended = false;
  set_fed_options(tracee, 0);
}

void Tracer::restore_filter_soon(Tracee& tracee) {
  tracee.filter_due = true;
  ::ptrace(PTRACE_INTERRUPT, number(tracee.tid), nullptr, nullptr);
}

// Filters that tracees install from now on go unnoticed.
void Tracer::end_feeding() {
  throttled_before_ |= feed_ != nullptr;
  feed_ = nullptr;
  tracees_.for_each([this](Tracee& tracee) {
    if (tracee.suspended) restore_filter_soon(tracee);
  });
}

}  // namespace sysray::capture::ptrace
