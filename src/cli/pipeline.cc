// The way of one event from capture to the sinks.
#include "cli/pipeline.h"

#include <fmt/format.h>
#include <time.h>

#include <utility>

#include "cli/parser_state.h"
#include "cli/short_reads.h"

namespace sysray::cli {

using event::RawKind;

sink::Status status_of(const event::Event& call) {
  if (!call.has_result) return sink::Status::unfinished;
  return call.failed ? sink::Status::failed : sink::Status::successful;
}

capture::Verdict Pipeline::judge(const event::RawEvent& raw, event::MemoryView& memory) {
  judged_ = Tid{};
  if (limit_reached_ || !injector_.names(raw) || !options_.plan.calls.contains(raw.abi, raw.number)) return {};
  if (options_.filter.targets.active()) {
    // As it is now: tampering may change what it touches.
    const event::Event* call = decoder_.on(raw, memory);
    if (!call || !touches_target(*call)) return {};
    judged_ = raw.tid;
  }
  return {.detach = false, .intervention = injector_.enter(raw)};
}

capture::Verdict Pipeline::on_event(const event::RawEvent& raw, event::MemoryView& memory) {
  if (limit_reached_ && raw.kind != RawKind::detached) return {};
  if (options_.tell_short_reads) {
    ShortReads telling(memory, messages_);
    pass_on(raw, telling);
  } else {
    pass_on(raw, memory);
  }
  return {};
}

void Pipeline::on_tick() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  sink_.tick(static_cast<Nanoseconds>(now.tv_sec) * 1'000'000'000 + now.tv_nsec);
}

void Pipeline::pass_on(const event::RawEvent& raw, event::MemoryView& memory) {
  switch (raw.kind) {
    case RawKind::call_enter: call_enter(raw, memory); break;
    case RawKind::call_exit: call_exit(raw, memory); break;
    case RawKind::signal:
    case RawKind::group_stop:
      if (!signal_wanted(raw)) break;
      [[fallthrough]];
    default:
      if (const event::Event* event = decoder_.on(raw, memory)) sink_.on_event(*event);
      follow_threads(raw);
  }
}

void Pipeline::call_enter(const event::RawEvent& raw, event::MemoryView& memory) {
  if (!options_.plan.calls.contains(raw.abi, raw.number)) return;
  const event::Event* call = decoder_.on(raw, memory);
  if (!call) return;
  if (options_.plan.debug && !call->known_call && raw.number != event::no_call) [[unlikely]]
    messages_.say(fmt::format("pid {} invalid syscall {:#x}", number(raw.tid), raw.number));
  if (options_.filter.targets.active()) {
    if (std::exchange(judged_, Tid{}) != raw.tid && !touches_target(*call)) return;
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

void Pipeline::follow_threads(const event::RawEvent& raw) {
  switch (raw.kind) {
    case RawKind::superseded:
      if (in_wanted_call_.erase(number(raw.other))) in_wanted_call_.insert(number(raw.tid));
      return injector_.thread_renamed(raw.other, raw.tid);
    case RawKind::exited:
    case RawKind::killed:
    case RawKind::detached: return injector_.thread_ended(raw.tid);
    default: return;
  }
}

bool Pipeline::signal_wanted(const event::RawEvent& raw) const {
  const auto signal = static_cast<size_t>(raw.status);
  return signal >= options_.filter.signals.size() || options_.filter.signals[signal];
}

bool Pipeline::touches_target(const event::Event& call) {
  arena_.reset();
  return options_.filter.targets.matches(call, [this](Tid tid, int fd) {
    return resolver_.descriptor_target(tid, fd, arena_).value_or(resolve::DescriptorTarget{}).name;
  });
}

void Pipeline::count(const event::Event& call) {
  if (options_.filter.call_limit == 0 || !(options_.text.status_mask & status_bit(status_of(call)))) return;
  if (++counted_ < options_.filter.call_limit) return;
  limit_reached_ = true;
  messages_.say("System call limit has been reached, detaching tracees");
}

}  // namespace sysray::cli
