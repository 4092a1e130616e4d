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
    : capture_(describe::resolve_capture_plan(model, capture_options(options))),
      live_(model, options, live),
      planned_(model, options, planned) {}

void Twofold::on(const event::RawEvent& raw, event::MemoryView& memory) {
  snapshot_.clear();
  const bool whole = capture_.capture(raw, memory, snapshot_);
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
