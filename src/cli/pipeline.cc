// The way of one event from capture to the sinks.
#include "cli/pipeline.h"

#include "cli/parser_state.h"

namespace sysray::cli {

using event::RawKind;

sink::Status status_of(const event::Event& call) {
  if (!call.has_result) return sink::Status::unfinished;
  return call.failed ? sink::Status::failed : sink::Status::successful;
}

capture::Verdict Pipeline::on_event(const event::RawEvent& raw, event::MemoryView& memory) {
  if (limit_reached_ && raw.kind != RawKind::detached) return {};
  switch (raw.kind) {
    case RawKind::call_enter: call_enter(raw, memory); break;
    case RawKind::call_exit: call_exit(raw, memory); break;
    case RawKind::signal:
    case RawKind::group_stop:
      if (!signal_wanted(raw)) break;
      [[fallthrough]];
    default:
      if (const event::Event* event = decoder_.on(raw, memory)) sink_.on_event(*event);
      if (raw.kind == RawKind::superseded && in_wanted_call_.erase(number(raw.other))) {
        in_wanted_call_.insert(number(raw.tid));
      }
  }
  return {};
}

void Pipeline::call_enter(const event::RawEvent& raw, event::MemoryView& memory) {
  if (!options_.plan.calls.contains(raw.abi, raw.number)) return;
  const event::Event* call = decoder_.on(raw, memory);
  if (!call) return;
  if (options_.filter.targets.active()) {
    if (!touches_target(*call)) return;
    in_wanted_call_.insert(number(raw.tid));
  }
  sink_.on_event(*call);
}

void Pipeline::call_exit(const event::RawEvent& raw, event::MemoryView& memory) {
  if (!options_.plan.calls.contains(raw.abi, raw.number)) return;
  // Whether a call touches a target is decided at its entry; one that was entered before tracing began does not.
  if (options_.filter.targets.active() && !in_wanted_call_.erase(number(raw.tid))) return;
  const event::Event* call = decoder_.on(raw, memory);
  if (!call) return;
  sink_.on_event(*call);
  count(*call);
}

bool Pipeline::signal_wanted(const event::RawEvent& raw) const {
  const auto signal = static_cast<size_t>(raw.status);
  return signal >= options_.filter.signals.size() || options_.filter.signals[signal];
}

bool Pipeline::touches_target(const event::Event& call) {
  arena_.reset();
  return options_.filter.targets.matches(
      call, [this](Tid tid, int fd) { return resolver_.descriptor_target(tid, fd, arena_).value_or(""); });
}

void Pipeline::count(const event::Event& call) {
  if (options_.filter.call_limit == 0 || !(options_.text.status_mask & status_bit(status_of(call)))) return;
  if (++counted_ < options_.filter.call_limit) return;
  limit_reached_ = true;
  messages_.say("System call limit has been reached, detaching tracees");
}

}  // namespace sysray::cli
