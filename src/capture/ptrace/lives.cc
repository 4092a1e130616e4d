// Births, renamings and deaths of tracees (class Tracer).
#include <errno.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "capture/ptrace/attacher.h"
#include "capture/ptrace/call_events.h"
#include "capture/ptrace/tracer.h"

namespace sysray::capture::ptrace {

using event::RawEvent;
using event::RawKind;

namespace {

// The creator's event follows the first stop of what it created within microseconds, unless the creator was killed.
constexpr Nanoseconds longest_hold = 2'000'000;

// Whether `tid` is a thread of process `tgid`, without a look into /proc: signal 0 checks that the ids belong together
// before it checks whether a signal may be sent.
bool belongs_to(Tid tid, Tgid tgid) { return syscall(SYS_tgkill, number(tgid), number(tid), 0) == 0 || errno == EPERM; }

}  // namespace

void Tracer::add_launched(Launcher& launcher, FilterCare care) {
  care_ = care;
  launcher_ = &launcher;
  tracees_.add(launcher.tid(), Tgid{number(launcher.tid())}).phase = Phase::set_up;
}

void Tracer::add_attached(Tid tid, Tgid tgid) { tracees_.add(tid, tgid).phase = Phase::seized; }

void Tracer::set_consumer(Consumer& consumer) {
  consumer_ = &consumer;
  stamps_ = now();
  tracees_.for_each([&](Tracee& tracee) {
    RawEvent event;
    event.kind = RawKind::attached;
    deliver(event, tracee);
  });
}

void Tracer::add_found(Tid tid, Tgid tgid) {
  add_attached(tid, tgid);
  stamps_ = now();
  RawEvent event;
  event.kind = RawKind::attached;
  deliver(event, *tracees_.find(tid));
}

void Tracer::on_birth(Tracee& creator, Stop stop) {
  Tid born{static_cast<s32>(stop.message())};
  if (number(born) > 0) announce(born, creator, stop.kind() == StopKind::fork);
  go_on(creator, std::move(stop));
}

void Tracer::announce(Tid born, const Tracee& creator, bool is_process) {
  if (tracees_.find(born)) return;
  Tgid tgid = !is_process && belongs_to(born, creator.tgid) ? creator.tgid : Tgid{number(born)};
  Tracee& tracee = tracees_.add(born, tgid);
  tracee.phase = Phase::announced;
  tracee.own_filter = creator.own_filter;
  tracee.fed = creator.fed;
  tracee.suspended = creator.suspended;
  tracee.filter_due = creator.fed && creator.own_filter;
  if (creator.hidden || !plan_.follow_forks)
    read_birth(tracee, creator);
  else
    say_attached(born);
  RawEvent event;
  event.kind = RawKind::attached;
  event.other = creator.tid;
  deliver(event, tracee);
  auto held = held_.extract(number(born));
  if (held.empty()) return;
  Timestamps stamps = stamps_;
  for (const Change& change : held.mapped()) handle(change);
  stamps_ = stamps;
}

// A thread that is followed unseen. What is told of one that nobody follows is told all the same.
void Tracer::read_birth(Tracee& born, const Tracee& creator) {
  tracees_.hide(born);
  constexpr u64 clone = 56, clone_ptrace = 0x2000, clone_parent = 0x8000;
  auto registers = creator.hidden ? std::nullopt : reader_.read_registers(creator.tid);
  if (!registers || registers->call.abi != event::Abi::x86_64 || registers->call.number != clone) return;
  born.unknown = (registers->args[0] & clone_parent) != 0;
  if ((registers->args[0] & clone_ptrace) && !plan_.quiet_attach)
    messages_.say(fmt::format("Detached unknown pid {}", number(born.tid)));
}

void Tracer::on_unknown(const Change& change) {
  if (plan_.follow_forks || care_ == FilterCare::follow) return hold(change);
  if (!WIFSTOPPED(change.status)) return say_unknown_death(change.tid, change.status);
  // A child that was created with CLONE_PTRACE.
  Stop(change.tid, change.status).detach();
  if (!plan_.quiet_attach) messages_.say(fmt::format("Detached unknown pid {}", number(change.tid)));
}

void Tracer::hold(const Change& change) { held_[number(change.tid)].push_back(change); }

std::optional<Nanoseconds> Tracer::held_until() const {
  std::optional<Nanoseconds> first;
  for (const auto& [tid, changes] : held_) {
    Nanoseconds until = changes.front().monotonic + longest_hold;
    first = std::min(first.value_or(until), until);
  }
  return first;
}

void Tracer::release_held(Nanoseconds monotonic) {
  std::vector<std::vector<Change>> due;
  std::erase_if(held_, [&](auto& entry) {
    if (entry.second.front().monotonic > monotonic - longest_hold) return false;
    due.push_back(std::move(entry.second));
    return true;
  });
  for (const std::vector<Change>& changes : due) {
    const Change& first = changes.front();
    if (!WIFSTOPPED(first.status)) {  // a child of this process that was never ours to trace
      say_unknown_death(first.tid, first.status);
      continue;
    }
    stamps_ = {first.time, first.monotonic};
    Tracee& tracee = tracees_.add(first.tid, process_of(first.tid));
    tracee.fed = feed_ && !fed_options_;
    if (plan_.follow_forks)
      say_attached(first.tid);
    else
      tracees_.hide(tracee);
    RawEvent event;
    event.kind = RawKind::attached;
    deliver(event, tracee);
    for (const Change& change : changes) handle(change);
  }
}

void Tracer::forget_all() {
  release_held(std::numeric_limits<Nanoseconds>::max());
  tracees_.clear();
}

// execve by a thread that isn't the leader: it goes on under the leader's id, and the leader is no more.
Tracee* Tracer::settle_exec(const Stop& stop) {
  Tid former{static_cast<s32>(stop.message())};
  Tracee* leader = tracees_.find(stop.tid());
  Tracee* caller = former == stop.tid() ? nullptr : tracees_.find(former);
  if (!caller) return leader;
  if (leader) end_call(*leader);
  RawEvent event;
  event.kind = RawKind::superseded;
  event.other = former;
  const bool shown = leader && !leader->hidden;
  Tracee& merged = tracees_.rename(former, stop.tid());
  if (merged.hidden && shown) {
    tracees_.show(merged);
    return &merged;
  }
  deliver(event, merged);
  return &merged;
}

void Tracer::on_exec(Tracee& tracee, Stop stop) {
  bool launched = tracee.phase == Phase::launching;
  tracee.phase = Phase::traced;
  tracee.cpu_clock.reset();
  RawEvent event;
  event.kind = RawKind::exec;
  event.abi = tracee.abi;
  bool detach = deliver(event, tracee);
  if (detach || (plan_.detach_on_exec && !launched)) return let_go(tracee, std::move(stop));
  go_on(tracee, std::move(stop));
}

// The thread ends now, though its death may be long in coming: a leader's is reported after those of all other threads.
void Tracer::on_exit_event(Tracee& tracee, Stop stop) {
  end_call(tracee);
  refresh_comm(tracee);
  go_on(tracee, std::move(stop));
}

void Tracer::on_death(Tracee& tracee, int status) {
  end_call(tracee);
  bool launched = launcher_ && launcher_->tid() == tracee.tid;
  if (launched && tracee.phase != Phase::traced) launcher_->say_failure(messages_);
  RawEvent event = death_event(tracee, status);
  if (launched) note_ending(ending_, event);
  deliver(event, tracee);
  const bool unknown = tracee.unknown;
  const Tid tid = tracee.tid;
  tracees_.remove(tid);
  if (unknown) say_unknown_death(tid, status);
}

void Tracer::say_unknown_death(Tid tid, int status) {
  if (std::find(plan_.helpers.begin(), plan_.helpers.end(), tid) != plan_.helpers.end()) return;
  if (plan_.quiet_exit) return;
  messages_.say(fmt::format("{} of unknown pid {} ignored", WIFSIGNALED(status) ? "Termination" : "Exit", number(tid)));
}

// The child is about to call execve.
void Tracer::finish_set_up(Tracee& tracee) {
  tracee.phase = Phase::launching;
  begin_feeding(tracee, false);
  while (auto report = launcher_->report()) {
    if (report->what == ChildReport::What::filter_installed) {
      filtered_ = true;
      if (plan_.debug) messages_.say("seccomp filter enabled");
    } else if (report->what == ChildReport::What::filter_refused) {
      // Asked for or not; in the second case there is nothing to tell.
      if (care_ == FilterCare::kill || plan_.debug)
        messages_.say(fmt::format("seccomp filter: {}; stopping at every system call", strerror(report->error)));
    }
  }
}

void Tracer::say_attached(Tid tid) {
  if (!plan_.quiet_attach) messages_.say(fmt::format("Process {} attached", number(tid)));
}

void Tracer::say_detached(Tid tid) {
  if (!plan_.quiet_attach) messages_.say(fmt::format("Process {} detached", number(tid)));
}

}  // namespace sysray::capture::ptrace
