#include "capture/bpf/record_feed.h"

#include <errno.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace sysray::capture::bpf {
namespace {

constexpr u64 no_head = std::numeric_limits<u64>::max();
// A call that is still going on by then is shown without what could not be read.
constexpr Nanoseconds longest_wait = 100'000'000;
// Room is given back to the program in steps of so many bytes.
constexpr size_t release_step = 16 << 10;
constexpr size_t prefetched = 512;  // bytes behind a record: some records on

}  // namespace

bool RecordFeed::drain(Tid exec) {
  // Records up to here are in their rings, if they were finished before one that is found below was begun: so a record
  // never comes before one that it depends on.
  const ptrace::Timestamps horizon = ptrace::now();
  realtime_ = horizon.time - horizon.monotonic;
  exec_ = exec;
  const u64 before = statistics_.records;
  auto rings = object_.rings();
  heads_.assign(rings.size(), no_head);
  auto head = [](Ring& ring) {
    const bpf_record* record = ring.peek();
    return record ? record->time : no_head;
  };
  for (size_t i = 0; i < rings.size(); i++) heads_[i] = head(rings[i]);
  for (;;) {
    const size_t first = static_cast<size_t>(std::min_element(heads_.begin(), heads_.end()) - heads_.begin());
    if (heads_[first] > static_cast<u64>(horizon.monotonic)) break;
    u64 until = static_cast<u64>(horizon.monotonic);
    for (size_t i = 0; i < heads_.size(); i++)
      if (i != first) until = std::min(until, heads_[i]);
    deliver_run(rings[first], until);
    heads_[first] = head(rings[first]);
  }
  for (Ring& ring : rings)
    if (ring.taken() > 0) ring.release();
  if (!throttled_.empty()) end_throttling();
  exec_ = {};
  return statistics_.records != before;
}

// The records of a ring up to a time.
void RecordFeed::deliver_run(Ring& ring, u64 until) {
  while (const bpf_record* record = ring.peek()) {
    if (record->time > until) return;
    // Another CPU has written what comes next.
    __builtin_prefetch(reinterpret_cast<const std::byte*>(record) + prefetched);
    __builtin_prefetch(reinterpret_cast<const std::byte*>(record) + prefetched + 64);
    deliver(*record);
    ring.take();
    if (ring.taken() < release_step) continue;
    ring.release();
    if (!throttled_.empty() && relieved()) end_throttling();
  }
}

// Whether threads that are resumed have room for a while: resumed earlier, they would stop again at once; later, the
// reader would run out of work.
bool RecordFeed::relieved() const {
  return std::all_of(object_.rings().begin(), object_.rings().end(),
                     [this](const Ring& ring) { return ring.filled() < object_.ring_size() / 4; });
}

void RecordFeed::count(const bpf_record& record) {
  statistics_.records++;
  if (object_.observes()) return;  // the records say it themselves
  Thread& own = thread(record);
  // A thread whose id was another's before begins anew, and so does one that has called execve.
  if (record.sequence > own.sequence) statistics_.lost += record.sequence - own.sequence;
  own.sequence = record.sequence + 1;
}

RecordFeed::Thread& RecordFeed::find_thread(const bpf_record& record) {
  last_tid_ = record.tid;
  last_thread_ = &threads_.try_emplace(record.tid, Thread{record.sequence, 0}).first->second;
  return *last_thread_;
}

// What the records tell beside memory.
void RecordFeed::add_surroundings(const bpf_record& record, ptrace::CapturedCall& call) {
  Thread& own = thread(record);
  if (memory_.network() != 0) own.network = memory_.network();
  call.network = own.network;
  call.socket = memory_.socket();
  call.ended = object_.ended();
  if (notes_files_) call.files = &memory_.files();
}

void RecordFeed::deliver(const bpf_record& record) {
  count(record);
  if (waiting_.empty() && !(record.flags & BPF_RECORD_FAULTED) && !record.lost) return pass_on(record);
  const bool renamed = record.kind == BPF_RECORD_EXEC && record.args[0] != 0;
  auto waiting = waiting_.find(renamed ? static_cast<s32>(record.args[0]) : record.tid);
  if (waiting != waiting_.end()) {
    Waiting was = std::move(waiting->second);
    waiting_.erase(waiting);
    const auto& entry = *reinterpret_cast<const bpf_record*>(was.entry.data());
    const Tid exec = exec_;
    if (record.kind == BPF_RECORD_EXEC) exec_ = Tid{entry.tid};
    const bool completes = record.kind == BPF_RECORD_EXIT || record.kind == BPF_RECORD_LATE;
    enter(entry, completes ? &record : nullptr);
    exec_ = exec;
  }
  if (record.lost) listener_.on_loss(record, time_of(record));
  if (record.flags & BPF_RECORD_FAULTED) {
    statistics_.late++;
    const auto* start = reinterpret_cast<const std::byte*>(&record);
    waiting_[record.tid] = {{start, start + record.size}, static_cast<Nanoseconds>(record.time)};
    return;
  }
  pass_on(record);
}

ptrace::Timestamps RecordFeed::time_of(const bpf_record& record) const {
  const auto monotonic = static_cast<Nanoseconds>(record.time);
  return {monotonic + realtime_, monotonic};
}

void RecordFeed::pass_on(const bpf_record& record) {
  switch (record.kind) {
    case BPF_RECORD_ENTER: return enter(record, nullptr);
    case BPF_RECORD_EXIT: return exit(record);
    case BPF_RECORD_LATE: return;
    default: return listener_.on_life(record, time_of(record));
  }
}

namespace {

ptrace::CapturedCall call_of(const bpf_record& record, Nanoseconds realtime, event::MemoryView& memory) {
  const auto monotonic = static_cast<Nanoseconds>(record.time);
  ptrace::CapturedCall call{.tid = Tid{record.tid},
                            .tgid = Tgid{record.tgid},
                            .registers = {},
                            .time = monotonic + realtime,
                            .monotonic = monotonic,
                            .cpu_time = static_cast<Nanoseconds>(record.cpu_time),
                            .socket = {},
                            .comm = {},
                            .memory = memory};
  call.registers.call = {static_cast<event::Abi>(record.abi), record.number};
  call.registers.instruction_pointer = record.instruction_pointer;
  call.registers.stack_pointer = record.stack_pointer;
  if (record.flags & BPF_RECORD_COMM) {
    const size_t header = record.kind == BPF_RECORD_ENTER ? sizeof record : size_t{BPF_EXIT_SIZE};
    const char* name = reinterpret_cast<const char*>(&record) + header;
    call.comm = {name, strnlen(name, BPF_COMM)};
  }
  return call;
}

}  // namespace

void RecordFeed::enter(const bpf_record& record, const bpf_record* late) {
  // The call is under way, or over: what it was given may be overwritten.
  memory_.begin(Tid{record.tid}, Tid{record.tid} == exec_ ? Living::no : Living::moving);
  memory_.add(record, Moment::entry);
  if (late) memory_.add(*late, Moment::entry);
  ptrace::CapturedCall call = call_of(record, realtime_, memory_);
  call.before = record.flags & BPF_RECORD_BEFORE;
  std::copy(std::begin(record.args), std::end(record.args), call.registers.args.begin());
  add_surroundings(record, call);
  listener_.on_captured(call);
}

void RecordFeed::exit(const bpf_record& record) {
  // Without a stop the thread is elsewhere by now.
  const bool elsewhere = object_.observes() && record.flags & BPF_RECORD_BARE;
  const Living moves = elsewhere ? Living::no : Living::moving;
  memory_.begin(Tid{record.tid}, record.flags & BPF_RECORD_STILL ? Living::still : moves);
  memory_.add(record, Moment::exit);
  ptrace::CapturedCall call = call_of(record, realtime_, memory_);
  call.at_exit = true;
  call.registers.result = static_cast<s64>(record.args[0]);
  call.registers.is_error = record.flags & BPF_RECORD_ERROR;
  add_surroundings(record, call);
  listener_.on_captured(call);
}

std::string RecordFeed::report(u64 lost) const {
  return fmt::format("BPF backend: {} records, {} stops, {} lost, {} entries completed late, {} live reads",
                     statistics_.records, statistics_.stops, lost, statistics_.late, memory_.live_reads());
}

void RecordFeed::release_waiting(Nanoseconds now, bool all) {
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (!all && now - it->second.since < longest_wait) {
      ++it;
      continue;
    }
    Waiting waiting = std::move(it->second);
    it = waiting_.erase(it);
    enter(*reinterpret_cast<const bpf_record*>(waiting.entry.data()), nullptr);
  }
}

void RecordFeed::release_waiting_of(Tid tid) {
  auto found = waiting_.find(number(tid));
  if (found == waiting_.end()) return;
  Waiting waiting = std::move(found->second);
  waiting_.erase(found);
  enter(*reinterpret_cast<const bpf_record*>(waiting.entry.data()), nullptr);
}

void RecordFeed::begin(Tid tid, bool in_call) {
  bpf_task state{};
  state.birth = in_call ? BPF_ATTACHED : 0;
  state.stoppable = 1;
  auto added = object_.add(tid, state);
  if (!added && added.error().code != ESRCH) messages_.say(added.error().cause + ": " + added.error().observed);
}

bool RecordFeed::end(Tid tid) {
  object_.remove(tid);
  // The queue of the thread itself: what the program sends is for one thread.
  constexpr size_t most = 8;
  siginfo_t infos[most];
  __ptrace_peeksiginfo_args args{0, 0, most};
  const long count = ::ptrace(PTRACE_PEEKSIGINFO, number(tid), &args, infos);
  return std::any_of(infos, infos + std::max<long>(count, 0),
                     [](const siginfo_t& info) { return info.si_signo == SIGSTOP && info.si_code == SI_KERNEL; });
}

void RecordFeed::throttled(Tid tid, int status) {
  statistics_.stops++;
  throttled_.emplace_back(tid, status);
}

void RecordFeed::end_throttling() {
  std::vector<std::pair<Tid, int>> all;
  all.swap(throttled_);
  for (const auto& [tid, status] : all) {
    object_.forget_stop(tid);
    listener_.end_throttling(tid, status);
  }
}

}  // namespace sysray::capture::bpf
