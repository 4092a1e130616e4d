#include "sink/summary_report.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace sysray::sink {

namespace {

std::string_view heading(event::Abi abi) {
  switch (abi) {
    case event::Abi::x86_64: return {};
    case event::Abi::i386: return "System call usage summary for 32 bit mode:\n";
    case event::Abi::x32: return "System call usage summary for x32 mode:\n";
  }
  return {};
}

struct FurtherTable {
  SummaryBy what;
  std::string_view title;
};
constexpr std::array further_tables = std::to_array<FurtherTable>({
    {SummaryBy::error, "syscall and error"},
    {SummaryBy::process, "process"},
    {SummaryBy::descriptor, "process, descriptor"},
    {SummaryBy::path, "path"},
});

std::string moment(Nanoseconds time) {
  const time_t seconds = time / 1'000'000'000;
  tm parts{};
  localtime_r(&seconds, &parts);
  char text[40];
  const size_t n = strftime(text, sizeof text, "%H:%M:%S", &parts);
  snprintf(text + n, sizeof text - n, ".%03d", static_cast<int>(time / 1'000'000 % 1000));
  return text;
}

// In the unit that leaves it short.
std::string short_time(double nanoseconds) {
  constexpr std::array units = {"ns", "us", "ms", "s"};
  size_t unit = 0;
  while (nanoseconds >= 1000 && unit + 1 < units.size()) {
    nanoseconds /= 1000;
    unit++;
  }
  char text[40];
  snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", nanoseconds, units[unit]);
  return text;
}

// Times from begin to end, in powers of two; with the calls of most time first.
void add_histogram(std::string& text, const CallStatistics& call) {
  constexpr int bar_width = 40;
  const Distribution& times = call.wall.distribution;
  char line[160];
  snprintf(line, sizeof line, "\n%s: %llu calls, p50 %s, p90 %s, p99 %s, max %s\n", call.name.c_str(),
           static_cast<unsigned long long>(call.calls),
           short_time(static_cast<double>(call.wall.percentile(0.5))).c_str(),
           short_time(static_cast<double>(call.wall.percentile(0.9))).c_str(),
           short_time(static_cast<double>(call.wall.percentile(0.99))).c_str(),
           short_time(static_cast<double>(call.wall.max)).c_str());
  text += line;
  unsigned first = 0;
  u64 most = 1;
  const unsigned end = times.octave_end();
  while (first < end && times.in_octave(first) == 0) first++;
  for (unsigned octave = first; octave < end; octave++) most = std::max(most, times.in_octave(octave));
  for (unsigned octave = first; octave < end; octave++) {
    const u64 n = times.in_octave(octave);
    const auto bar = static_cast<size_t>((n * bar_width + most - 1) / most);
    const std::string from = octave == 0 ? "0 ns" : short_time(static_cast<double>(u64{1} << octave));
    snprintf(line, sizeof line, "%10s .. %10s %9llu |%-*s|\n", from.c_str(),
             short_time(static_cast<double>(u64{2} << octave)).c_str(), static_cast<unsigned long long>(n), bar_width,
             std::string(bar, '@').c_str());
    text += line;
  }
}

}  // namespace

std::string text_report(const SummaryOptions& options, const SummaryCounts& counts, SummarySpan span) {
  std::string text;
  if (options.interval > 0) {
    text = span.whole_run ? "\nIn all:\n" : "\nFrom " + moment(span.begin) + " to " + moment(span.end) + ":\n";
  }
  const size_t empty = text.size();
  StatisticsList all;
  for (size_t i = 0; i < event::abi_count; i++) {
    const auto abi = static_cast<event::Abi>(i);
    StatisticsList calls = counts.calls(abi);
    if (calls.empty()) continue;
    all.insert(all.end(), calls.begin(), calls.end());
    text.append(heading(abi)).append(summary_table(options, std::move(calls), "syscall"));
  }
  const auto add_lost = [&] {
    if (counts.lost() > 0)
      text += std::to_string(counts.lost()) + (counts.lost() == 1 ? " event" : " events") + " lost\n";
  };
  if (text.size() == empty) {
    text.clear();
    add_lost();
    return text;
  }
  add_lost();
  for (const FurtherTable& table : further_tables) {
    if (!options.wants(table.what)) continue;
    const std::string further = summary_table(options, counts.by(table.what), table.title);
    if (!further.empty()) text.append("\n").append(further);
  }
  if (options.histogram && span.whole_run) {
    std::ranges::stable_sort(all, std::ranges::greater{}, [](const CallStatistics* call) { return call->wall.total; });
    for (const CallStatistics* call : all) add_histogram(text, *call);
  }
  return text;
}

}  // namespace sysray::sink
