// The table of -c, laid out as strace's; with more digits if the options say so.
#include <algorithm>
#include <cstdio>

#include "sink/summary_report.h"

namespace sysray::sink {

namespace {

struct ColumnLayout {
  const char* title;
  size_t width;
};

ColumnLayout layout_of(SummaryColumn column) {
  switch (column) {
    case SummaryColumn::time_percent: return {"% time", 6};
    case SummaryColumn::total_time: return {"seconds", 11};
    case SummaryColumn::min_time: return {"shortest", 8};
    case SummaryColumn::max_time: return {"longest", 8};
    case SummaryColumn::avg_time: return {"usecs/call", 11};
    case SummaryColumn::p50_time: return {"p50 usecs", 11};
    case SummaryColumn::p90_time: return {"p90 usecs", 11};
    case SummaryColumn::p99_time: return {"p99 usecs", 11};
    case SummaryColumn::wall_p50: return {"wall-p50 us", 11};
    case SummaryColumn::wall_p90: return {"wall-p90 us", 11};
    case SummaryColumn::wall_p99: return {"wall-p99 us", 11};
    case SummaryColumn::wall_total: return {"wall-total", 11};
    case SummaryColumn::wall_min: return {"wall-min", 8};
    case SummaryColumn::wall_max: return {"wall-max", 8};
    case SummaryColumn::wall_avg: return {"wall-avg", 11};
    case SummaryColumn::calls: return {"calls", 9};
    case SummaryColumn::errors: return {"errors", 9};
    case SummaryColumn::name:
    case SummaryColumn::nothing: return {"", 16};
  }
  return {"", 0};
}

Nanoseconds average(Nanoseconds total, u64 calls) { return calls == 0 ? 0 : total / static_cast<Nanoseconds>(calls); }

// What a call is sorted by, greatest first.
double sort_key(SummaryColumn column, const CallStatistics& call) {
  const auto as_double = [](auto value) { return static_cast<double>(value); };
  switch (column) {
    case SummaryColumn::time_percent:
    case SummaryColumn::total_time: return as_double(call.time.total);
    case SummaryColumn::min_time: return as_double(call.time.min);
    case SummaryColumn::max_time: return as_double(call.time.max);
    case SummaryColumn::avg_time: return as_double(average(call.time.total, call.calls));
    case SummaryColumn::p50_time: return as_double(call.time.percentile(0.5));
    case SummaryColumn::p90_time: return as_double(call.time.percentile(0.9));
    case SummaryColumn::p99_time: return as_double(call.time.percentile(0.99));
    case SummaryColumn::wall_p50: return as_double(call.wall.percentile(0.5));
    case SummaryColumn::wall_p90: return as_double(call.wall.percentile(0.9));
    case SummaryColumn::wall_p99: return as_double(call.wall.percentile(0.99));
    case SummaryColumn::wall_total: return as_double(call.wall.total);
    case SummaryColumn::wall_min: return as_double(call.wall.min);
    case SummaryColumn::wall_max: return as_double(call.wall.max);
    case SummaryColumn::wall_avg: return as_double(average(call.wall.total, call.calls));
    case SummaryColumn::calls: return as_double(call.calls);
    case SummaryColumn::errors: return as_double(call.errors);
    case SummaryColumn::name:
    case SummaryColumn::nothing: return 0;
  }
  return 0;
}

void sort_calls(SummaryColumn by, StatisticsList& calls) {
  if (by == SummaryColumn::nothing) return;
  std::ranges::stable_sort(calls, [by](const CallStatistics* a, const CallStatistics* b) {
    return by == SummaryColumn::name ? a->name < b->name : sort_key(by, *a) > sort_key(by, *b);
  });
}

void add_times(CallTimes& to, const CallTimes& times, bool first) {
  to.total += times.total;
  to.min = first ? times.min : std::min(to.min, times.min);
  to.max = std::max(to.max, times.max);
  to.distribution.add(times.distribution);
}

CallStatistics totals_of(const StatisticsList& calls) {
  CallStatistics total;
  total.name = "total";
  bool first = true;
  for (const CallStatistics* call : calls) {
    total.calls += call->calls;
    total.errors += call->errors;
    add_times(total.time, call->time, first);
    add_times(total.wall, call->wall, first);
    first = false;
  }
  return total;
}

class Table {
 public:
  Table(const SummaryOptions& options, const StatisticsList& calls, std::string_view title)
      : title_(title), columns_(options.columns), fine_(options.nanoseconds), total_(totals_of(calls)) {
    name_width_ = std::max(name_width_, title.size());
    if (std::ranges::find(columns_, SummaryColumn::name) == columns_.end()) columns_.push_back(SummaryColumn::name);
    for (const CallStatistics* call : calls) name_width_ = std::max(name_width_, call->name.size() + 1);
  }

  void titles() {
    line([&](SummaryColumn column) {
      return column == SummaryColumn::name ? std::string(title_) : std::string(layout_of(column).title);
    });
  }
  void rule() {
    line([&](SummaryColumn column) { return std::string(width_of(column), '-'); });
  }
  void row(const CallStatistics& call) {
    line([&](SummaryColumn column) { return cell(column, call, false); });
  }
  void total() {
    line([&](SummaryColumn column) { return cell(column, total_, true); });
  }
  std::string take() { return std::move(text_); }

 private:
  size_t width_of(SummaryColumn column) const {
    if (column == SummaryColumn::name) return name_width_;
    const size_t width = layout_of(column).width;
    return fine_ && is_short_time(column) ? std::max(width, sizeof "0.000000000" - 1) : width;
  }

  // Columns that have room for microseconds only.
  static bool is_short_time(SummaryColumn column) {
    return column == SummaryColumn::min_time || column == SummaryColumn::max_time ||
           column == SummaryColumn::wall_min || column == SummaryColumn::wall_max;
  }

  // Names stand to the left, and aren't filled up at the end of a line.
  template <typename Cell>
  void line(Cell cell_of) {
    for (size_t i = 0; i < columns_.size(); i++) {
      const std::string content = cell_of(columns_[i]);
      const size_t width = width_of(columns_[i]);
      const size_t missing = content.size() < width ? width - content.size() : 0;
      const bool is_name = columns_[i] == SummaryColumn::name;
      if (i > 0) text_ += ' ';
      if (!is_name) text_.append(missing, ' ');
      text_ += content;
      if (is_name && i + 1 < columns_.size()) text_.append(missing, ' ');
    }
    text_ += '\n';
  }

  std::string cell(SummaryColumn column, const CallStatistics& call, bool is_total) const {
    switch (column) {
      case SummaryColumn::time_percent: return percent(call, is_total);
      case SummaryColumn::total_time: return seconds(call.time.total);
      case SummaryColumn::min_time: return seconds(call.time.min);
      case SummaryColumn::max_time: return seconds(call.time.max);
      case SummaryColumn::avg_time: return microseconds(average(call.time.total, call.calls), fine_);
      case SummaryColumn::p50_time: return microseconds(call.time.percentile(0.5), true);
      case SummaryColumn::p90_time: return microseconds(call.time.percentile(0.9), true);
      case SummaryColumn::p99_time: return microseconds(call.time.percentile(0.99), true);
      case SummaryColumn::wall_p50: return microseconds(call.wall.percentile(0.5), true);
      case SummaryColumn::wall_p90: return microseconds(call.wall.percentile(0.9), true);
      case SummaryColumn::wall_p99: return microseconds(call.wall.percentile(0.99), true);
      case SummaryColumn::wall_total: return seconds(call.wall.total);
      case SummaryColumn::wall_min: return seconds(call.wall.min);
      case SummaryColumn::wall_max: return seconds(call.wall.max);
      case SummaryColumn::wall_avg: return microseconds(average(call.wall.total, call.calls), fine_);
      case SummaryColumn::calls: return std::to_string(call.calls);
      case SummaryColumn::errors: return call.errors == 0 ? std::string() : std::to_string(call.errors);
      case SummaryColumn::name:
      case SummaryColumn::nothing: return call.name;
    }
    return {};
  }

  std::string percent(const CallStatistics& call, bool is_total) const {
    const double whole = total_.time.total > 0 ? static_cast<double>(total_.time.total) : 1;
    const double share = is_total ? 100 : 100 * static_cast<double>(call.time.total) / whole;
    char text[32];
    snprintf(text, sizeof text, "%.2f", share);
    return text;
  }

  std::string seconds(Nanoseconds time) const {
    char text[40];
    snprintf(text, sizeof text, "%.*f", fine_ ? 9 : 6, static_cast<double>(time) / 1e9);
    return text;
  }

  static std::string microseconds(Nanoseconds time, bool with_fraction) {
    if (!with_fraction) return std::to_string(time / 1000);
    char text[40];
    snprintf(text, sizeof text, "%.3f", static_cast<double>(time) / 1e3);
    return text;
  }

  std::string_view title_;
  std::vector<SummaryColumn> columns_;
  bool fine_;
  CallStatistics total_;
  size_t name_width_ = layout_of(SummaryColumn::name).width;
  std::string text_;
};

}  // namespace

std::string summary_table(const SummaryOptions& options, StatisticsList rows, std::string_view title) {
  if (rows.empty()) return {};
  sort_calls(options.sort_by, rows);
  Table table(options, rows, title);
  table.titles();
  table.rule();
  for (const CallStatistics* row : rows) table.row(*row);
  table.rule();
  table.total();
  return table.take();
}

}  // namespace sysray::sink
