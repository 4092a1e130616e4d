// The end of tracing while tracees live (class Tracer).
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "capture/ptrace/tracer.h"

namespace sysray::capture::ptrace {

using event::RawEvent;
using event::RawKind;

void Tracer::let_all_go(Waiter& waiter, Watcher& watcher, std::span<const Change> pending, int fatal_signal) {
  if (fatal_signal && launcher_ && tracees_.find(launcher_->tid())) {
    kill(number(launcher_->tid()), SIGCONT);
    kill(number(launcher_->tid()), fatal_signal);
  }
  if (filtered_ && care_ == FilterCare::follow) return hide_all(pending);
  bool kill_all = plan_.kill_on_exit || (filtered_ && care_ == FilterCare::kill);
  // Without its tracer a filtered thread would be refused its calls.
  tracees_.for_each([&](Tracee& tracee) {
    if (kill_all) kill(number(tracee.tgid), SIGKILL);
  });
  if (!kill_all) let_go_delayed();
  for (const Change& change : pending) let_go_change(change);
  for (auto held = held_.begin(); held != held_.end(); held = held_.erase(held))
    for (const Change& change : held->second) let_go_change(change);
  tracees_.for_each([](Tracee& tracee) { ::ptrace(PTRACE_INTERRUPT, number(tracee.tid), nullptr, nullptr); });

  // A thread in an uninterruptible wait, such as the parent of a vfork, is let go when that ends.
  std::vector<Change> changes;
  while (!tracees_.empty()) {
    changes.clear();
    waiter.collect(changes, expected_changes());
    if (waiter.alone()) return forget_all();
    if (changes.empty()) {
      consumer_->on_idle();
      waiter.sleep(changes);
    }
    for (const Change& change : changes) let_go_change(change);
    watcher.look();
    if (watcher.take_signal()) return forget_all();
  }
}

// Threads that are held back are in a stop that nothing else will end. A call that has not begun is made after all.
void Tracer::let_go_delayed() {
  std::vector<Tracee*> delayed;
  tracees_.for_each([&](Tracee& tracee) {
    if (tracee.delayed_until) delayed.push_back(&tracee);
  });
  for (Tracee* tracee : delayed) let_go(*tracee, end_delay(*tracee));
}

// They seem to be let go, and are followed unseen.
void Tracer::hide_all(std::span<const Change> pending) {
  stamps_ = now();
  tracees_.for_each([&](Tracee& tracee) {
    if (tracee.hidden) return;
    say_detached(tracee.tid);
    RawEvent event;
    event.kind = RawKind::detached;
    event.abi = tracee.abi;
    deliver(event, tracee);
    tracees_.hide(tracee);
  });
  end_delays(never);
  for (const Change& change : pending) handle(change);
}

void Tracer::abandon() {
  tracees_.for_each([&](Tracee& tracee) { tracees_.hide(tracee); });
  end_delays(never);
}

void Tracer::let_go_change(const Change& change) {
  stamps_ = {change.time, change.monotonic};
  Tracee* tracee = tracees_.find(change.tid);
  if (!WIFSTOPPED(change.status)) {
    if (tracee) return on_death(*tracee, change.status);
    return say_unknown_death(change.tid, change.status);
  }
  Stop stop(change.tid, change.status);
  if (stop.kind() == StopKind::exec) tracee = settle_exec(stop);
  const bool own_stop = tracee && (tracee->phase == Phase::set_up || is_throttling(*tracee, stop));
  int signal = stop.kind() == StopKind::signal && !own_stop ? stop.signal() : 0;
  if (tracee) return let_go(*tracee, std::move(stop), signal);
  std::move(stop).detach(signal);
}

}  // namespace sysray::capture::ptrace
