// Calls that come from a feed in place of stops (class Tracer).
#include <signal.h>
#include <sys/ptrace.h>

#include <utility>

#include "capture/ptrace/call_events.h"
#include "capture/ptrace/tracer.h"

namespace sysray::capture::ptrace {

using event::RawEvent;
using event::RawKind;

void Tracer::begin_feeding(Tracee& tracee, bool in_call) {
  // Before that time they stop at their calls.
  if (!feed_ || fed_options_) return;
  tracee.fed = true;
  feed_->begin(tracee.tid, in_call);
}

bool Tracer::is_throttling(const Tracee& tracee, const Stop& stop) const {
  if ((!feed_ && !throttled_before_) || stop.kind() != StopKind::signal || stop.signal() != SIGSTOP ||
      tracee.phase == Phase::set_up)
    return false;
  siginfo_t info{};
  return ::ptrace(PTRACE_GETSIGINFO, number(tracee.tid), nullptr, &info) == 0 && info.si_code == SI_KERNEL;
}

bool Tracer::take_throttling(Tracee& tracee, Stop& stop) {
  if (!is_throttling(tracee, stop)) return false;
  if (tracee.leaving) {
    let_go(tracee, std::move(stop));
    return true;
  }
  if (!feed_) {
    go_on(tracee, std::move(stop));
    return true;
  }
  const int status = stop.status();
  std::move(stop).keep();
  feed_->throttled(tracee.tid, status);
  return true;
}

void Tracer::end_throttling(Tid tid, int status) {
  Tracee* tracee = tracees_.find(tid);
  Stop stop(tid, status);
  if (tracee) return go_on(*tracee, std::move(stop));
  std::move(stop).resume(Resume::freely);
}

// It runs: the next stop will do.
void Tracer::leave_soon(Tracee& tracee) {
  tracee.leaving = true;
  ::ptrace(PTRACE_INTERRUPT, number(tracee.tid), nullptr, nullptr);
}

void Tracer::on_captured(const CapturedCall& call) {
  Tracee* tracee = tracees_.find(call.tid);
  if (!tracee || tracee->leaving) return;
  const Timestamps stamps = stamps_;
  stamps_ = {call.time, call.monotonic};
  captured_ = &call;
  if (call.at_exit) {
    on_captured_exit(*tracee, call);
  } else {
    on_captured_enter(*tracee, call);
  }
  captured_ = nullptr;
  stamps_ = stamps;
}

void Tracer::on_captured_end(Tid tid, const Timestamps& when) {
  Tracee* tracee = tracees_.find(tid);
  if (!tracee || tracee->leaving) return;
  const Timestamps stamps = std::exchange(stamps_, when);
  end_call(*tracee);
  stamps_ = stamps;
}

void Tracer::on_captured_enter(Tracee& tracee, const CapturedCall& call) {
  end_call(tracee);
  remember_call(tracee, call);
  if (care_ == FilterCare::follow) note_filter(tracee);
  tracee.progress = Progress::outside;
  if (call.before) return;
  tracee.progress = is_shown(tracee) ? Progress::shown : Progress::hidden;
  if (tracee.progress == Progress::hidden) return;
  RawEvent event = captured_enter_event(tracee, call);
  if (deliver(event, tracee)) leave_soon(tracee);
}

void Tracer::on_captured_exit(Tracee& tracee, const CapturedCall& call) {
  const Progress progress = std::exchange(tracee.progress, Progress::outside);
  if (progress == Progress::hidden || (progress == Progress::outside && !is_shown(tracee))) return;
  RawEvent event = captured_exit_event(tracee, call, progress == Progress::shown);
  if (deliver(event, tracee)) leave_soon(tracee);
}

}  // namespace sysray::capture::ptrace
