// Counting for -c and -C.
#include "sink/summary_sink.h"

#include <algorithm>

namespace sysray::sink {

namespace {

constexpr u64 low_numbers = 1024;

std::string_view heading(event::Abi abi) {
  switch (abi) {
    case event::Abi::x86_64: return {};
    case event::Abi::i386: return "System call usage summary for 32 bit mode:\n";
    case event::Abi::x32: return "System call usage summary for x32 mode:\n";
  }
  return {};
}

}  // namespace

CallStatistics& SummarySink::statistics_of(const event::Event& event) {
  Table& table = tables_[static_cast<size_t>(event.abi)];
  if (event.number >= low_numbers) return table.high[event.number];
  if (table.low.empty()) table.low.resize(low_numbers);
  return table.low[event.number];
}

void SummarySink::on_event(const event::Event& event) {
  if (event.kind != event::EventKind::call_end || !event.has_result) return;
  CallStatistics& statistics = statistics_of(event);
  const bool first = statistics.calls++ == 0;
  if (first) statistics.name = event.call;
  if (event.failed) statistics.errors++;
  const auto without_overhead = [&](Nanoseconds time) { return std::max<Nanoseconds>(time - options_.overhead, 0); };
  const Nanoseconds wall = without_overhead(event.duration);
  statistics.wall.count(wall, first);
  statistics.time.count(options_.wall_clock ? wall : without_overhead(event.system_time), first);
}

void SummarySink::finish() {
  for (size_t abi = 0; abi < tables_.size(); abi++) {
    std::vector<const CallStatistics*> calls;
    for (const CallStatistics& call : tables_[abi].low)
      if (call.calls > 0) calls.push_back(&call);
    for (const auto& [number, call] : tables_[abi].high) calls.push_back(&call);
    if (calls.empty()) continue;
    output_.write(heading(static_cast<event::Abi>(abi)));
    output_.write(summary_table(options_, std::move(calls)));
  }
  output_.flush();
}

}  // namespace sysray::sink
