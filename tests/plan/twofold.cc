#include "plan/twofold.h"

namespace sysray::test {

namespace {

describe::CaptureOptions capture_options(const decode::Options& options) {
  describe::CaptureOptions capture;
  capture.string_limit = options.string_limit;
  capture.display = [&options](u32 call) {
    if (options.raw.contains(call)) return describe::CaptureDisplay::nothing;
    return options.abbreviate.contains(call) ? describe::CaptureDisplay::abbreviated
                                             : describe::CaptureDisplay::verbose;
  };
  return capture;
}

}  // namespace

Twofold::Side::Side(const describe::Model& model, const decode::Options& options, resolve::Resolver& resolver)
    : decoder(model, options, resolver), sink(text_options, output) {}

void Twofold::Side::show(const event::RawEvent& raw, event::MemoryView& memory) {
  const event::Event* event = decoder.on(raw, memory);
  if (event == nullptr) return;
  if (event->call != nullptr) name = event->call;
  sink.on_event(*event);
  sink.flush();
}

Twofold::Twofold(const describe::Model& model, const decode::Options& options, resolve::Resolver& live,
                 resolve::Resolver& planned)
    : plan_(describe::resolve_capture_plan(model, capture_options(options))),
      runner_(plan_),
      live_(model, options, live),
      planned_(model, options, planned) {}

// False: the plan doesn't name all, and says so.
bool Twofold::capture(const event::RawEvent& raw, event::MemoryView& memory) {
  Open& open = open_[number(raw.tid)];
  if (raw.kind == event::RawKind::call_enter) {
    open = {};
    open.call.abi = raw.abi;
    open.call.number = raw.number;
    open.call.args = raw.args;
    open.call.stack_pointer = raw.stack_pointer;
    open.whole = runner_.at_entry(open.call, memory, snapshot_);
    return open.whole;
  }
  open.call.result = raw.result;
  open.call.failed = raw.is_error || !raw.has_result;
  open.call.error = raw.is_error ? static_cast<u16>(-raw.result) : 0;
  return runner_.at_exit(open.call, memory, snapshot_) && open.whole;
}

void Twofold::on(const event::RawEvent& raw, event::MemoryView& memory) {
  snapshot_.clear();
  bool whole = true;
  if (raw.kind == event::RawKind::call_enter || raw.kind == event::RawKind::call_exit) whole = capture(raw, memory);
  live_.show(raw, memory);
  planned_.show(raw, snapshot_);
  compare(raw, whole);
}

void Twofold::compare(const event::RawEvent& raw, bool whole) {
  if (raw.kind == event::RawKind::call_exit) calls_++;
  if (!whole) {
    cut_++;
  } else if (live_.output.text != planned_.output.text) {
    Difference& difference = differences_[live_.name];
    if (difference.times++ == 0) difference = {1, live_.output.text, planned_.output.text};
  }
  live_.output.text.clear();
  planned_.output.text.clear();
}

std::string Twofold::report() const {
  std::string text;
  for (const auto& [name, one] : differences_)
    text += name + ", " + std::to_string(one.times) + " times\n  live: " + one.live + "\n  plan: " + one.planned + "\n";
  return text;
}

}  // namespace sysray::test
