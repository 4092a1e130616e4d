#include "sink/summary_counts.h"

#include <algorithm>

namespace sysray::sink {

using event::Event;
using event::Value;
using event::ValueKind;

namespace {

constexpr u64 low_numbers = 1024;

}  // namespace

bool SummaryOptions::wants_distribution() const {
  const auto is_percentile = [](SummaryColumn column) {
    switch (column) {
      case SummaryColumn::p50_time:
      case SummaryColumn::p90_time:
      case SummaryColumn::p99_time:
      case SummaryColumn::wall_p50:
      case SummaryColumn::wall_p90:
      case SummaryColumn::wall_p99: return true;
      default: return false;
    }
  };
  return json || histogram || is_percentile(sort_by) || std::ranges::any_of(columns, is_percentile);
}

Nanoseconds CallTimes::percentile(double share) const {
  return std::clamp(distribution.percentile(share), min, std::max(min, max));
}

CallStatistics& SummaryCounts::statistics_of(const Event& event) {
  Table& table = tables_[static_cast<size_t>(event.abi)];
  if (event.number >= low_numbers) return table.high[event.number];
  if (table.low.empty()) table.low.resize(low_numbers);
  return table.low[event.number];
}

CallStatistics& SummaryCounts::of(Named& table, std::string_view name) {
  auto found = table.find(name);
  if (found == table.end()) {
    found = table.emplace(name, CallStatistics{}).first;
    found->second.name = name;
  }
  return found->second;
}

void SummaryCounts::count(const Event& call) {
  CallStatistics& statistics = statistics_of(call);
  if (statistics.calls == 0) statistics.name = call.call;
  add(statistics, call);
  if (options_.by == 0) return;
  if (options_.wants(SummaryBy::error) && call.failed) add_error(call);
  if (options_.wants(SummaryBy::process)) add_process(call);
  if (options_.wants(SummaryBy::descriptor) || options_.wants(SummaryBy::path))
    for (const Value& argument : call.args) add_files(call, argument);
}

void SummaryCounts::add(CallStatistics& to, const Event& call) const {
  const bool first = to.calls++ == 0;
  if (call.failed) to.errors++;
  const bool distribute = options_.wants_distribution();
  const auto without_overhead = [&](Nanoseconds time) { return std::max<Nanoseconds>(time - options_.overhead, 0); };
  const Nanoseconds wall = without_overhead(call.duration);
  to.wall.count(wall, first, distribute);
  to.time.count(options_.wall_clock ? wall : without_overhead(call.system_time), first, distribute);
}

void SummaryCounts::add_error(const Event& call) {
  key_.clear();
  key_.add(std::string_view(call.call));
  key_.add(' ');
  if (call.error_name != nullptr)
    key_.add(std::string_view(call.error_name));
  else
    key_.add_decimal(call.error);
  add(of(errors_, key_.view()), call);
}

void SummaryCounts::add_process(const Event& call) {
  CallStatistics& statistics = processes_[number(call.tgid)];
  // The name is that of its last call.
  statistics.name = std::to_string(number(call.tgid));
  if (!call.comm.empty()) statistics.name.append(" ").append(call.comm);
  add(statistics, call);
}

// Each file that the arguments name; the same one twice counts twice.
void SummaryCounts::add_files(const Event& call, const Value& value) {
  switch (value.kind) {
    case ValueKind::fd: return add_descriptor(call, value);
    case ValueKind::string:
      if (value.is_path && value.count > 0 && options_.wants(SummaryBy::path)) add(of(paths_, value.text()), call);
      return;
    case ValueKind::structure:
    case ValueKind::array:
      for (const Value& item : value.items()) add_files(call, item);
      return;
    case ValueKind::change: return add_files(call, value.items()[1]);
    default: return;
  }
}

void SummaryCounts::add_descriptor(const Event& call, const Value& value) {
  if (static_cast<s32>(value.number) < 0) return;
  if (options_.wants(SummaryBy::path) && value.count > 0 && !value.data_only) add(of(paths_, value.text()), call);
  if (!options_.wants(SummaryBy::descriptor)) return;
  key_.clear();
  key_.add_signed(number(call.tgid));
  key_.add(' ');
  key_.add_signed(static_cast<s32>(value.number));
  if (value.count > 0 && !value.data_only) {
    key_.add('<');
    key_.add(value.text());
    key_.add('>');
  }
  add(of(descriptors_, key_.view()), call);
}

void SummaryCounts::clear() {
  tables_ = {};
  lost_ = 0;
  errors_.clear();
  processes_.clear();
  descriptors_.clear();
  paths_.clear();
}

StatisticsList SummaryCounts::calls(event::Abi abi) const {
  const Table& table = tables_[static_cast<size_t>(abi)];
  StatisticsList list;
  for (const CallStatistics& call : table.low)
    if (call.calls > 0) list.push_back(&call);
  for (const auto& [number, call] : table.high) list.push_back(&call);
  return list;
}

StatisticsList SummaryCounts::by(SummaryBy what) const {
  StatisticsList list;
  const auto take = [&](const Named& table) {
    for (const auto& [name, statistics] : table) list.push_back(&statistics);
    std::ranges::sort(list, {}, [](const CallStatistics* one) -> const std::string& { return one->name; });
  };
  switch (what) {
    case SummaryBy::error: take(errors_); break;
    case SummaryBy::descriptor: take(descriptors_); break;
    case SummaryBy::path: take(paths_); break;
    case SummaryBy::process:
      for (const auto& [pid, statistics] : processes_) list.push_back(&statistics);
  }
  return list;
}

}  // namespace sysray::sink
