#include "decode/decoder.h"

#include <cstring>
#include <string>

namespace sysray::decode {

using describe::none;
using event::Event;
using event::EventKind;
using event::RawEvent;
using event::RawKind;
using event::Value;

namespace {

// Names that the descriptions must give to the sets and types that the decoder itself asks for.
constexpr std::string_view signal_set_name = "signal_names";
constexpr std::string_view error_set_name = "errno_names";
constexpr std::string_view siginfo_name = "siginfo";

u32 find_set(const describe::Model& model, std::string_view name) {
  for (u32 i = 0; i < model.sets.size(); i++)
    if (model.text(model.sets[i].name) == name) return i;
  return none;
}

// A type that is the named struct without parameters.
u32 find_struct_type(const describe::Model& model, std::string_view name) {
  for (u32 i = 0; i < model.types.size(); i++) {
    const describe::Type& type = model.types[i];
    if (type.kind == describe::TypeKind::structure && model.text(model.structs[type.ref].name) == name &&
        type.arguments.count == 0)
      return i;
  }
  return none;
}

EventKind kind_of(RawKind kind) {
  switch (kind) {
    case RawKind::signal: return EventKind::signal;
    case RawKind::group_stop: return EventKind::group_stop;
    case RawKind::exited: return EventKind::exited;
    case RawKind::killed: return EventKind::killed;
    case RawKind::superseded: return EventKind::superseded;
    case RawKind::attached: return EventKind::attached;
    case RawKind::lost: return EventKind::lost;
    default: return EventKind::detached;
  }
}

const char* signal_text(ValueBuilder& builder, Arena& arena, s32 number) {
  const char* name = builder.signal_name(static_cast<u64>(number));
  return name != nullptr ? name : arena.copy(std::to_string(number)).data();
}

}  // namespace

Decoder::Decoder(const describe::Model& model, const Options& options, resolve::Resolver& resolver)
    : options_(options),
      context_{model, options_, resolver, plans_, find_set(model, signal_set_name), find_set(model, error_set_name)},
      plans_(context_),
      siginfo_type_(find_struct_type(model, siginfo_name)) {}

Decoder::Thread& Decoder::find_thread(Tid tid) {
  auto& slot = threads_[number(tid)];
  if (!slot) slot = std::make_unique<Thread>();
  last_tid_ = tid;
  last_thread_ = slot.get();
  return *slot;
}

const Event* Decoder::on(const RawEvent& raw, event::MemoryView& memory) {
  context_.resolver.moment_captured(raw);
  switch (raw.kind) {
    case RawKind::exec: context_.resolver.program_changed(raw.tid); return nullptr;
    case RawKind::call_enter: {
      Thread& own = thread(raw.tid);
      own.started = raw.monotonic;
      own.system_time = raw.system_time;
      own.call.enter(context_, raw, memory);
      return &own.call.event();
    }
    case RawKind::call_exit: return call_exit(thread(raw.tid), raw, memory);
    case RawKind::superseded: supersede(raw); break;
    case RawKind::attached: context_.resolver.task_began(raw.tid, raw.tgid, raw.other); break;
    default: break;
  }
  return other(thread(raw.tid), raw);
}

const Event* Decoder::call_exit(Thread& own, const RawEvent& raw, event::MemoryView& memory) {
  const bool seen = own.call.in_call();
  if (!seen) {
    // Tracing began inside the call: nothing is known of its arguments as of entry.
    own.started = raw.monotonic;
    own.call.enter(context_, raw, memory);
  }
  own.call.exit(context_, raw, memory);
  Event& event = own.call.event();
  event.start_seen = seen;
  event.duration = raw.monotonic - own.started;
  event.system_time = raw.system_time - own.system_time;
  return &event;
}

// The thread `other` called execve and takes over the id of its process's leader (execve(2), ptrace(2)).
void Decoder::supersede(const RawEvent& raw) {
  if (raw.other == raw.tid) return;
  context_.resolver.task_superseded(raw.tid, raw.other);
  auto from = threads_.find(number(raw.other));
  last_thread_ = nullptr;
  if (from == threads_.end()) return;
  threads_[number(raw.tid)] = std::move(from->second);
  threads_.erase(number(raw.other));
}

void Decoder::decode_siginfo(Thread& own, const RawEvent& raw) {
  if (siginfo_type_ == none || !raw.siginfo_valid) return;
  CallState state;
  state.abi = event::Abi::x86_64;
  state.tid = raw.tid;
  event::NoMemory memory;
  ValueBuilder builder(context_, state, memory, own.arena, true, true);
  auto* value = own.arena.make<Value>();
  *value = builder.from_bytes(siginfo_type_, {reinterpret_cast<const u8*>(raw.siginfo.data()), raw.siginfo.size(), {}},
                              Scope{});
  own.last.args = {value, 1};
}

const Event* Decoder::other(Thread& own, const RawEvent& raw) {
  own.arena.reset();
  own.last = {};
  own.last.kind = kind_of(raw.kind);
  own.last.abi = raw.abi;
  own.last.tid = raw.tid;
  own.last.tgid = raw.tgid;
  own.last.other = raw.other;
  own.last.status = raw.status;
  own.last.core_dumped = raw.core_dumped;
  own.last.siginfo_valid = raw.siginfo_valid;
  own.last.time = raw.time;
  own.last.monotonic = raw.monotonic;
  own.last.end_time = raw.time;
  own.last.instruction_pointer = raw.instruction_pointer;
  own.last.comm = own.arena.copy(raw.comm);
  add_task_facts(context_, own.arena, own.last);
  CallState state;
  event::NoMemory memory;
  ValueBuilder builder(context_, state, memory, own.arena, true, true);
  if (raw.kind == RawKind::signal || raw.kind == RawKind::group_stop || raw.kind == RawKind::killed)
    own.last.signal_name = signal_text(builder, own.arena, raw.status);
  if (raw.kind == RawKind::signal) {
    decode_siginfo(own, raw);
    if (options_.stacks) own.last.stack = context_.resolver.stack(raw.tid, own.arena);
  }
  const bool ends = raw.kind == RawKind::exited || raw.kind == RawKind::killed || raw.kind == RawKind::detached;
  if (!ends) return &own.last;
  context_.resolver.task_ended(raw.tid);
  // The event must outlive its thread's entry: it is kept in a slot that the next end reuses.
  auto ended = threads_.extract(number(raw.tid));
  last_thread_ = nullptr;
  ended_ = std::move(ended.mapped());
  return &ended_->last;
}

}  // namespace sysray::decode
