// The report of -c as data (docs/json.md).
#include "sink/json_sink.h"
#include "sink/json_writer.h"
#include "sink/summary_report.h"

namespace sysray::sink {

namespace {

std::string_view abi_name(event::Abi abi) {
  switch (abi) {
    case event::Abi::x86_64: return "x86_64";
    case event::Abi::i386: return "i386";
    case event::Abi::x32: return "x32";
  }
  return {};
}

void times(JsonWriter& json, const CallTimes& times) {
  json.begin_object();
  json.key("total");
  json.signed_number(times.total);
  json.key("min");
  json.signed_number(times.min);
  json.key("max");
  json.signed_number(times.max);
  json.key("p50");
  json.signed_number(times.percentile(0.5));
  json.key("p90");
  json.signed_number(times.percentile(0.9));
  json.key("p99");
  json.signed_number(times.percentile(0.99));
  json.end_object();
}

void statistics(JsonWriter& json, const SummaryOptions& options, const CallStatistics& row) {
  json.key("name");
  json.string(row.name);
  json.key("calls");
  json.number(row.calls);
  json.key("errors");
  json.number(row.errors);
  if (!options.wall_clock) {
    json.key("system_time");
    times(json, row.time);
  }
  json.key("duration");
  times(json, row.wall);
}

// How many calls lasted for 2^n to 2^(n + 1) nanoseconds, by n.
void histogram(JsonWriter& json, const Distribution& times) {
  json.key("histogram");
  json.begin_array();
  for (unsigned octave = 0; octave < times.octave_end(); octave++) json.number(times.in_octave(octave));
  json.end_array();
}

void calls(JsonWriter& json, const SummaryOptions& options, const SummaryCounts& counts) {
  json.key("calls");
  json.begin_array();
  for (size_t i = 0; i < event::abi_count; i++) {
    const auto abi = static_cast<event::Abi>(i);
    for (const CallStatistics* call : counts.calls(abi)) {
      json.begin_object();
      json.key("abi");
      json.string(abi_name(abi));
      statistics(json, options, *call);
      if (options.histogram) histogram(json, call->wall.distribution);
      json.end_object();
    }
  }
  json.end_array();
}

template <size_t n>
void further(JsonWriter& json, const SummaryOptions& options, const SummaryCounts& counts, SummaryBy what,
             const char (&key)[n]) {
  if (!options.wants(what)) return;
  json.key(key);
  json.begin_array();
  for (const CallStatistics* row : counts.by(what)) {
    json.begin_object();
    statistics(json, options, *row);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string json_report(const SummaryOptions& options, const SummaryCounts& counts, SummarySpan span, bool header) {
  TextBuffer line;
  if (header) add_json_header(line);
  JsonWriter json(line);
  json.begin_object();
  json.key("type");
  json.string("summary");
  json.key("begin");
  json.signed_number(span.begin);
  json.key("end");
  json.signed_number(span.end);
  json.key("whole_run");
  json.boolean(span.whole_run);
  if (counts.lost() > 0) {
    json.key("lost");
    json.number(counts.lost());
  }
  calls(json, options, counts);
  further(json, options, counts, SummaryBy::error, "by_error");
  further(json, options, counts, SummaryBy::process, "by_process");
  further(json, options, counts, SummaryBy::descriptor, "by_descriptor");
  further(json, options, counts, SummaryBy::path, "by_path");
  json.end_object();
  line.add('\n');
  return std::string(line.view());
}

}  // namespace sysray::sink
