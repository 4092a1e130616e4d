#include "capture/bpf/observer.h"

#include <errno.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "capture/ptrace/call_events.h"

namespace sysray::capture::bpf {

using event::RawEvent;
using event::RawKind;
using ptrace::Phase;
using ptrace::Progress;
using ptrace::Tracee;

namespace {

const std::byte* behind_header(const bpf_record& record) {
  return reinterpret_cast<const std::byte*>(&record) + BPF_EXIT_SIZE;
}

// Of a record without arguments.
std::string_view comm_of(const bpf_record& record) {
  if (!(record.flags & BPF_RECORD_COMM)) return {};
  const char* name = reinterpret_cast<const char*>(behind_header(record));
  return {name, strnlen(name, BPF_COMM)};
}

// Signal 0 checks that the ids belong together before it checks whether a signal may be sent.
bool is_gone(const Tracee& tracee) {
  return syscall(SYS_tgkill, number(tracee.tgid), number(tracee.tid), 0) < 0 && errno == ESRCH;
}

}  // namespace

void Observer::add_launched(ptrace::Launcher& launcher) {
  launcher_ = &launcher;
  tracees_.add(launcher.tid(), Tgid{number(launcher.tid())}).phase = Phase::launching;
}

void Observer::set_consumer(Consumer& consumer) {
  consumer_ = &consumer;
  own_ = Tgid{getpid()};  // not earlier: a daemon mode has made the program of the process that began
  stamps_ = ptrace::now();
  tracees_.for_each([&](Tracee& tracee) {
    RawEvent event;
    event.kind = RawKind::attached;
    deliver(event, tracee);
  });
}

// A thread may be unknown: if all are observed, or the record of its birth was lost.
Tracee& Observer::meet(Tid tid, Tgid tgid, std::string_view comm) {
  Tracee* known = tracees_.find(tid);
  if (!known) {
    known = &tracees_.add(tid, tgid);
    known->comm = comm;
    RawEvent event;
    event.kind = RawKind::attached;
    deliver(event, *known);
  } else if (!comm.empty()) {
    known->comm = comm;
  }
  return *known;
}

void Observer::on_captured(const ptrace::CapturedCall& call) {
  if (is_ours(call.tgid)) return;
  stamps_ = {call.time, call.monotonic};
  Tracee& tracee = meet(call.tid, call.tgid, call.comm);
  memory_ = &call.memory;
  if (call.at_exit)
    on_exit(tracee, call);
  else
    on_enter(tracee, call);
  memory_ = nullptr;
}

void Observer::on_enter(Tracee& tracee, const ptrace::CapturedCall& call) {
  end_call(tracee);
  remember_call(tracee, call);
  if (call.before) return;
  tracee.progress = is_shown(tracee) ? Progress::shown : Progress::hidden;
  if (tracee.progress == Progress::hidden) return;
  RawEvent event = captured_enter_event(tracee, call);
  deliver(event, tracee);
}

void Observer::on_exit(Tracee& tracee, const ptrace::CapturedCall& call) {
  const Progress progress = std::exchange(tracee.progress, Progress::outside);
  if (progress == Progress::hidden || (progress == Progress::outside && !is_shown(tracee))) return;
  RawEvent event = captured_exit_event(tracee, call, progress == Progress::shown);
  deliver(event, tracee);
}

void Observer::on_life(const bpf_record& record, const ptrace::Timestamps& when) {
  if (is_ours(Tgid{record.tgid})) return;
  stamps_ = when;
  if (record.kind == BPF_RECORD_EXEC) return on_exec(record);
  Tracee& tracee = meet(Tid{record.tid}, Tgid{record.tgid}, comm_of(record));
  switch (record.kind) {
    case BPF_RECORD_BORN: return on_birth(tracee, record.args[0]);
    case BPF_RECORD_SIGNAL: return on_signal(tracee, record);
    case BPF_RECORD_END: return on_end(tracee, record.args[0]);
  }
}

void Observer::on_birth(Tracee& creator, u64 ids) {
  const Tid tid{static_cast<s32>(ids)};
  const Tid maker = creator.tid;
  const std::string comm = creator.comm;
  // Its end may have been lost, and the id be used again.
  if (Tracee* former = tracees_.find(tid)) detach(*former);
  Tracee& born = tracees_.add(tid, Tgid{static_cast<s32>(ids >> 32)});
  born.comm = comm;
  if (!plan_.quiet_attach && !plan_.everyone) messages_.say(fmt::format("Process {} attached", number(tid)));
  RawEvent event;
  event.kind = RawKind::attached;
  event.other = maker;
  deliver(event, born);
}

// A thread that isn't the leader goes on under the leader's id, and the leader is no more.
void Observer::on_exec(const bpf_record& record) {
  const Tid tid{record.tid}, former{static_cast<s32>(record.args[0])};
  if (number(former) != 0 && former != tid && tracees_.find(former)) {
    if (Tracee* leader = tracees_.find(tid)) end_call(*leader);
    ended_leaders_.erase(record.tid);
    Tracee& merged = tracees_.rename(former, tid);
    merged.comm = comm_of(record);
    RawEvent event;
    event.kind = RawKind::superseded;
    event.other = former;
    deliver(event, merged);
  }
  Tracee& tracee = meet(tid, Tgid{record.tgid}, comm_of(record));
  tracee.phase = Phase::traced;
  RawEvent event;
  event.kind = RawKind::exec;
  event.abi = tracee.abi;
  deliver(event, tracee);
}

void Observer::on_signal(Tracee& tracee, const bpf_record& record) {
  if (tracee.phase != Phase::traced) return;
  RawEvent event;
  event.kind = RawKind::signal;
  event.abi = tracee.abi;
  event.status = static_cast<s32>(record.args[0]);
  event.instruction_pointer = record.instruction_pointer;
  const size_t at = record.flags & BPF_RECORD_COMM ? BPF_COMM : 0;
  bpf_copy copy{};
  if (record.size >= BPF_EXIT_SIZE + at + sizeof copy) memcpy(&copy, behind_header(record) + at, sizeof copy);
  const size_t room = record.size - BPF_EXIT_SIZE - at;
  if (copy.length > 0 && copy.length <= event.siginfo.size() && copy.length + sizeof copy <= room) {
    memcpy(event.siginfo.data(), behind_header(record) + at + sizeof copy, copy.length);
    event.siginfo_valid = true;
  }
  deliver(event, tracee);
}

// A leader's end is told after those of all other threads, as wait4(2) does.
void Observer::on_end(Tracee& tracee, u64 end) {
  end_call(tracee);
  const auto status = static_cast<int>(end & 0xffff);
  const Tid leader{number(tracee.tgid)};
  const bool is_leader = tracee.tid == leader;
  const bool last = end & BPF_END_OF_PROCESS;
  const auto process = ended_processes_.find(number(leader));
  const bool over = last || process != ended_processes_.end();
  if (is_leader && !over) {
    ended_leaders_[number(leader)] = status;
    return;
  }
  if (is_leader) {
    const int told = process != ended_processes_.end() ? process->second : status;
    ended_processes_.erase(number(leader));
    return on_death(tracee, told);
  }
  on_death(tracee, status);
  if (!last) return;
  if (ended_leaders_.erase(number(leader)) == 0) {
    if (tracees_.find(leader)) ended_processes_[number(leader)] = status;
  } else if (Tracee* waiting = tracees_.find(leader)) {
    on_death(*waiting, status);
  }
}

void Observer::on_death(Tracee& tracee, int status) {
  const bool launched = launcher_ && launcher_->tid() == tracee.tid;
  if (launched && tracee.phase != Phase::traced) launcher_->say_failure(messages_);
  RawEvent event = ptrace::death_event(tracee, status);
  if (launched) ptrace::note_ending(ending_, event);
  launched_has_ended_ |= launched;
  deliver(event, tracee);
  tracees_.remove(tracee.tid);
}

void Observer::on_loss(const bpf_record& record, const ptrace::Timestamps& when) {
  if (is_ours(Tgid{record.tgid})) {
    accounted_ += record.lost;
    return;
  }
  stamps_ = when;
  Tracee& tracee = meet(Tid{record.tid}, Tgid{record.tgid}, {});
  // The end of the call was among what is lost, but for a call that is still going on.
  if (record.kind != BPF_RECORD_EXIT && !(record.flags & BPF_RECORD_INSIDE)) end_call(tracee);
  tell_loss(tracee, record.lost);
}

void Observer::on_unplaced_end(Tid tid, const bpf_unplaced& last, const ptrace::Timestamps& when) {
  stamps_ = when;
  Tracee& tracee = meet(tid, Tgid{last.tgid}, {});
  end_call(tracee);
  accounted_++;  // its end, which is told after all
  if (last.lost > 0) tell_loss(tracee, last.lost);
  on_end(tracee, last.end);
}

void Observer::on_loss(Tid tid, u64 events) {
  stamps_ = ptrace::now();
  Tracee* known = tracees_.find(tid);
  if (known) return tell_loss(*known, events);
  Tracee nobody;
  nobody.tid = tid;
  tell_loss(nobody, events);
}

void Observer::tell_loss(Tracee& tracee, u64 events) {
  if (tracee.phase == Phase::launching) tracee.phase = Phase::traced;  // its execve may be among them
  lost_ += events;
  accounted_ += events;
  RawEvent event;
  event.kind = RawKind::lost;
  event.abi = tracee.abi;
  event.status = static_cast<s32>(std::min<u64>(events, std::numeric_limits<s32>::max()));
  deliver(event, tracee);
}

bool Observer::bury_gone() {
  std::vector<Tid> dead;
  std::unordered_set<s32> gone;
  tracees_.for_each([&](Tracee& tracee) {
    if (!is_gone(tracee)) return;
    if (gone_.contains(number(tracee.tid)))
      dead.push_back(tracee.tid);
    else
      gone.insert(number(tracee.tid));
  });
  gone_ = std::move(gone);
  stamps_ = ptrace::now();
  for (Tid tid : dead) {
    Tracee* tracee = tracees_.find(tid);
    if (!tracee) continue;
    auto leader = ended_leaders_.extract(number(tid));
    end_call(*tracee);
    if (leader.empty())
      detach(*tracee);
    else
      on_death(*tracee, leader.mapped());
  }
  return !gone_.empty();
}

void Observer::let_all_go() {
  stamps_ = ptrace::now();
  for (Tid tid : threads()) {
    Tracee* tracee = tracees_.find(tid);
    if (!plan_.quiet_attach && !plan_.everyone) messages_.say(fmt::format("Process {} detached", number(tid)));
    detach(*tracee);
  }
}

std::vector<Tid> Observer::threads() {
  std::vector<Tid> all;
  tracees_.for_each([&](Tracee& tracee) { all.push_back(tracee.tid); });
  std::sort(all.begin(), all.end(), [](Tid a, Tid b) { return number(a) < number(b); });
  return all;
}

void Observer::detach(Tracee& tracee) {
  RawEvent event;
  event.kind = RawKind::detached;
  event.abi = tracee.abi;
  deliver(event, tracee);
  ended_leaders_.erase(number(tracee.tid));
  tracees_.remove(tracee.tid);
}

bool Observer::is_shown(const Tracee& tracee) const {
  if (tracee.phase == Phase::launching && !ptrace::is_launching_call(tracee)) return false;
  return plan_.calls.contains(tracee.abi, tracee.number);
}

void Observer::end_call(Tracee& tracee) {
  if (std::exchange(tracee.progress, Progress::outside) != Progress::shown) return;
  RawEvent event = ptrace::unfinished_event(tracee);
  deliver(event, tracee);
}

void Observer::deliver(RawEvent& event, Tracee& tracee) {
  event.tid = tracee.tid;
  event.tgid = tracee.tgid;
  event.time = stamps_.time;
  event.monotonic = stamps_.monotonic;
  event.system_time = tracee.system_time;
  event.comm = tracee.comm;
  event::NoMemory nothing;
  consumer_->on_event(event, memory_ ? *memory_ : nothing);
}

}  // namespace sysray::capture::bpf
