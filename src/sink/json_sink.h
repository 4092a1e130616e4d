// JsonSink: each event as one JSON object on a line of its own (docs/json.md).
#pragma once

#include <unordered_set>

#include "sink/json_value.h"
#include "sink/output.h"
#include "sink/sink.h"

namespace sysray::sink {

// Of the schema: raised when a consumer of the last one could misread a line.
inline constexpr u32 json_schema_version = 1;

// The line that an output begins with.
void add_json_header(TextBuffer& line);

class JsonSink : public Sink {
 public:
  // Keeps a reference to the outputs; each gets a header line before its first event.
  explicit JsonSink(OutputSet& outputs) : outputs_(outputs) {}

  void on_event(const event::Event& event) override;
  void flush() override { outputs_.flush_all(); }
  void finish() override { flush(); }

 private:
  void header(Output& output);
  void forget(Tid tid);
  void common(JsonWriter& json, const event::Event& event);
  void container(JsonWriter& json, const event::Container& container);
  void call(JsonWriter& json, const event::Event& event);
  void outcome(JsonWriter& json, const event::Event& event);
  void tampering(JsonWriter& json, const event::Tampering& done);
  void uncertain(JsonWriter& json, const event::Event& event);
  void failure(JsonWriter& json, const event::Event& event);
  void dumps(JsonWriter& json, const event::Event& event);
  void states(JsonWriter& json, const event::Event& event);
  void stack(JsonWriter& json, const event::Event& event);
  void status(JsonWriter& json, const event::Event& event);

  OutputSet& outputs_;
  TextBuffer line_{4096};
  JsonValueWriter values_;
  bool headed_ = false;                  // the one output has its header
  std::unordered_set<s32> headed_tids_;  // outputs of these threads have theirs
};

}  // namespace sysray::sink
