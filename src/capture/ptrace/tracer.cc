#include "capture/ptrace/tracer.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "capture/ptrace/call_events.h"
#include "capture/ptrace/cpu_clock.h"
#include "capture/ptrace/seccomp_filter.h"

namespace sysray::capture::ptrace {

using event::RawEvent;
using event::RawKind;

void Tracer::handle(const Change& change) {
  stamps_ = {change.time, change.monotonic};
  Tracee* tracee = tracees_.find(change.tid);
  if (WIFSTOPPED(change.status)) {
    Stop stop(change.tid, change.status);
    if (stop.kind() == StopKind::exec) tracee = settle_exec(stop);
    if (tracee) return on_stop(*tracee, std::move(stop));
    std::move(stop).keep();
  } else if (tracee) {
    return on_death(*tracee, change.status);
  }
  on_unknown(change);
}

void Tracer::on_stop(Tracee& tracee, Stop stop) {
  tracee.stopped = true;
  if (tracee.filter_due) restore_filter(tracee);
  if (take_throttling(tracee, stop)) return;
  if (tracee.leaving) return let_go(tracee, std::move(stop), stop.kind() == StopKind::signal ? stop.signal() : 0);
  if (tracee.phase == Phase::seized) {
    find_interrupted_call(tracee);
    // A stop that is no event of a call comes after its end.
    const StopKind kind = stop.kind();
    begin_feeding(tracee, kind == StopKind::fork || kind == StopKind::clone || kind == StopKind::exec);
  }
  if (tracee.phase == Phase::announced || tracee.phase == Phase::seized) tracee.phase = Phase::traced;
  // There is no filter after all.
  if (tracee.hidden && !filtered_) {
    tracees_.remove(tracee.tid);
    std::move(stop).detach(stop.kind() == StopKind::signal ? stop.signal() : 0);
    return;
  }
  switch (stop.kind()) {
    case StopKind::syscall: return on_call_stop(tracee, std::move(stop));
    case StopKind::seccomp:
      // In the program's set-up calls are of no interest, behind an enter-stop this is the same call again, and what is
      // fed is told of by the feed.
      if (tracee.phase == Phase::set_up || tracee.progress != Progress::outside || tracee.fed) break;
      return on_call_stop(tracee, std::move(stop));
    case StopKind::signal: return on_signal(tracee, std::move(stop));
    case StopKind::group_stop: return on_group_stop(tracee, std::move(stop));
    case StopKind::fork:
    case StopKind::clone: return on_birth(tracee, std::move(stop));
    case StopKind::exec: return on_exec(tracee, std::move(stop));
    case StopKind::exit: return on_exit_event(tracee, std::move(stop));
    case StopKind::trap:
    case StopKind::other: break;
  }
  go_on(tracee, std::move(stop));
}

// PTRACE_INTERRUPT has broken off the call that the thread was in.
void Tracer::find_interrupted_call(Tracee& tracee) {
  auto registers = reader_.read_registers(tracee.tid);
  if (registers && registers->result == restart_block) tracee.interrupted = registers->call.number;
}

void Tracer::on_call_stop(Tracee& tracee, Stop stop) {
  if (tracee.progress == Progress::hidden) {  // stops alternate: this is its exit
    tracee.progress = Progress::outside;
    return go_on(tracee, std::move(stop));
  }
  CallReading reading = reader_.read(tracee);
  if (plan_.debug && !told_of_info_) {
    told_of_info_ = true;
    messages_.say(reader_.uses_syscall_info() ? "PTRACE_GET_SYSCALL_INFO works"
                                              : "PTRACE_GET_SYSCALL_INFO does not work");
    if (plan_.tampers)
      messages_.say(writer_.sets_syscall_info(tracee.tid) ? "PTRACE_SET_SYSCALL_INFO works"
                                                          : "PTRACE_SET_SYSCALL_INFO does not work");
  }
  switch (reading.stop) {
    case CallStop::enter: return on_enter(tracee, std::move(stop), reading.registers);
    case CallStop::exit: return on_exit(tracee, std::move(stop), reading.registers);
    case CallStop::gone:
      if (tracee.progress == Progress::outside) begin_unknown_call(tracee);
      break;
    case CallStop::none: break;
  }
  go_on(tracee, std::move(stop));
}

// Killed since it stopped: which call it was about to make cannot be told any more. Its end will end the call.
void Tracer::begin_unknown_call(Tracee& tracee) {
  if (tracee.hidden || tracee.phase != Phase::traced) return;
  tracee.progress = Progress::shown;
  tracee.number = event::no_call;
  tracee.args = {};
  tracee.intervention = nullptr;
  RawEvent event;
  event.kind = RawKind::call_enter;
  event.abi = tracee.abi;
  event.number = tracee.number;
  deliver(event, tracee);
}

void Tracer::on_enter(Tracee& tracee, Stop stop, const abi::CallRegisters& registers) {
  end_call(tracee);
  tracee.abi = registers.call.abi;
  tracee.number = registers.call.number;
  tracee.args = registers.args;
  tracee.intervention = nullptr;
  tracee.call_replaced = false;
  if (care_ == FilterCare::follow) note_filter(tracee);
  if (!is_shown(tracee)) {
    // From a seccomp stop the exit needn't be seen, unless it will be.
    if (stop.kind() != StopKind::seccomp || tracee.own_filter) tracee.progress = Progress::hidden;
    return go_on(tracee, std::move(stop));
  }
  tracee.progress = Progress::shown;
  if (plan_.want_system_time) tracee.cpu_time_at_enter = cpu_time(tracee);
  RawEvent event = enter_event(tracee, registers);
  if (plan_.tampers && tracee.phase == Phase::traced) {
    tracee.tampering = {};
    ask_for_intervention(tracee, event);
  }
  if (deliver(event, tracee)) return let_go(tracee, std::move(stop));
  leave_entry(tracee, std::move(stop));
}

// Next to a filter of the program's own, ours does not stop at all calls that it picks.
void Tracer::note_filter(Tracee& tracee) {
  const FilterMade made = filter_made(tracee.abi, tracee.number, tracee.args);
  if (made == FilterMade::none) return;
  auto note = [this](Tracee& owner) {
    owner.own_filter = true;
    if (owner.suspended) restore_filter_soon(owner);
  };
  note(tracee);
  if (made == FilterMade::own) return;
  // The others go over to stops at all calls with their next stop.
  tracees_.for_each([&](Tracee& other) {
    if (&other != &tracee && other.tgid == tracee.tgid) note(other);
  });
}

void Tracer::on_exit(Tracee& tracee, Stop stop, abi::CallRegisters registers) {
  if (tracee.progress == Progress::outside) {  // its start was before our time
    auto all = reader_.read_registers(tracee.tid);
    if (!all) return go_on(tracee, std::move(stop));
    tracee.abi = all->call.abi;
    tracee.number = all->call.number;
    tracee.args = all->args;
    tracee.intervention = nullptr;
    if (!is_shown(tracee)) return go_on(tracee, std::move(stop));
  } else if (plan_.want_system_time) {
    tracee.system_time += cpu_time(tracee) - tracee.cpu_time_at_enter;
  }
  tracee.progress = Progress::outside;
  note_restart(tracee, registers.result);
  if (tracee.intervention) finish_intervention(tracee, registers);
  RawEvent event = exit_event(tracee, registers);
  if (tracee.intervention) event.tampering = tracee.tampering;
  if (deliver(event, tracee)) return let_go(tracee, std::move(stop));
  leave_exit(tracee, std::move(stop));
}

void Tracer::on_signal(Tracee& tracee, Stop stop) {
  int signal = stop.signal();
  if (tracee.phase == Phase::set_up && signal == SIGSTOP) {
    finish_set_up(tracee);
    return go_on(tracee, std::move(stop));
  }
  if (!plan_.want_signals || tracee.phase != Phase::traced) return go_on(tracee, std::move(stop), signal);
  RawEvent event;
  event.kind = RawKind::signal;
  event.abi = tracee.abi;
  event.status = signal;
  siginfo_t info;
  static_assert(sizeof info == sizeof event.siginfo);
  event.siginfo_valid = ::ptrace(PTRACE_GETSIGINFO, number(tracee.tid), nullptr, &info) == 0;
  if (event.siginfo_valid) memcpy(event.siginfo.data(), &info, sizeof info);
  event.instruction_pointer = static_cast<u64>(
      ::ptrace(PTRACE_PEEKUSER, number(tracee.tid), offsetof(user, regs) + offsetof(user_regs_struct, rip), nullptr));
  if (deliver(event, tracee)) return let_go(tracee, std::move(stop), signal);
  go_on(tracee, std::move(stop), signal);
}

void Tracer::on_group_stop(Tracee& tracee, Stop stop) {
  RawEvent event;
  event.kind = RawKind::group_stop;
  event.abi = tracee.abi;
  event.status = stop.signal();
  if (plan_.want_signals && deliver(event, tracee)) return let_go(tracee, std::move(stop));
  tracee.stopped = false;
  std::move(stop).listen();
}

void Tracer::go_on(Tracee& tracee, Stop stop, int signal) {
  if (may_go_over(tracee, stop)) go_over(tracee);
  bool next_call = !tracee.fed && (tracee.phase == Phase::launching ||
                                   (tracee.phase == Phase::traced && !tracee.hidden &&
                                    !(filtered_ && !tracee.own_filter && tracee.progress == Progress::outside)));
  tracee.stopped = false;
  resumed_ = true;
  std::move(stop).resume(next_call ? Resume::to_next_call : Resume::freely, signal);
}

void Tracer::let_go(Tracee& tracee, Stop stop, int signal) {
  if (tracee.fed && feed_ && feed_->end(tracee.tid)) {
    // Its last throttling is on its way: without its tracer the thread would stop for good.
    tracee.leaving = true;
    return go_on(tracee, std::move(stop), signal);
  }
  if (stop.kind() == StopKind::syscall) make_up_result(tracee);  // the end of a call that was not made
  std::move(stop).detach(signal);
  if (!tracee.hidden) say_detached(tracee.tid);
  RawEvent event;
  event.kind = RawKind::detached;
  event.abi = tracee.abi;
  deliver(event, tracee);
  tracees_.remove(tracee.tid);
}

bool Tracer::is_shown(const Tracee& tracee) const {
  if (tracee.hidden) return false;
  switch (tracee.phase) {
    case Phase::traced: break;
    case Phase::launching:
      if (is_launching_call(tracee)) break;
      return false;
    case Phase::announced:
    case Phase::seized:
    case Phase::set_up: return false;
  }
  return plan_.calls.contains(tracee.abi, tracee.number);
}

void Tracer::end_call(Tracee& tracee) {
  if (tracee.progress != Progress::shown) return;
  tracee.progress = Progress::outside;
  RawEvent event = unfinished_event(tracee);
  deliver(event, tracee);
}

// Leaves the name as it was if the thread is gone.
void Tracer::refresh_comm(Tracee& tracee) const {
  if (!plan_.want_comm) return;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/comm", number(tracee.tgid), number(tracee.tid));
  UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
  char name[64];
  ssize_t n = fd ? read(fd.get(), name, sizeof name) : 0;
  if (n > 0) tracee.comm.assign(name, static_cast<size_t>(n - (name[n - 1] == '\n')));
}

bool Tracer::deliver(RawEvent& event, Tracee& tracee) {
  if (tracee.hidden) return false;
  complete(event, tracee);
  if (captured_) return consumer_->on_event(event, captured_->memory).detach;
  memory_.look_at(tracee.tid);
  return consumer_->on_event(event, memory_).detach;
}

void Tracer::complete(RawEvent& event, Tracee& tracee) {
  event.tid = tracee.tid;
  event.tgid = tracee.tgid;
  event.time = stamps_.time;
  event.monotonic = stamps_.monotonic;
  event.system_time = tracee.system_time;
  if (captured_ && !captured_->comm.empty())
    tracee.comm = captured_->comm;
  else
    refresh_comm(tracee);
  event.comm = tracee.comm;
}

}  // namespace sysray::capture::ptrace
