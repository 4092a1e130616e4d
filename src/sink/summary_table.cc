// The table of -c, laid out as strace's.
#include <algorithm>
#include <cstdio>

#include "sink/summary_sink.h"

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
    case SummaryColumn::wall_total: return {"wall-total", 11};
    case SummaryColumn::wall_min: return {"wall-min", 8};
    case SummaryColumn::wall_max: return {"wall-max", 8};
    case SummaryColumn::wall_avg: return {"wall-avg", 11};
    case SummaryColumn::calls: return {"calls", 9};
    case SummaryColumn::errors: return {"errors", 9};
    case SummaryColumn::name:
    case SummaryColumn::nothing: return {"syscall", 16};
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

void sort_calls(SummaryColumn by, std::vector<const CallStatistics*>& calls) {
  if (by == SummaryColumn::nothing) return;
  std::ranges::stable_sort(calls, [by](const CallStatistics* a, const CallStatistics* b) {
    return by == SummaryColumn::name ? a->name < b->name : sort_key(by, *a) > sort_key(by, *b);
  });
}

CallTimes sum_of(const CallTimes& a, const CallTimes& b, bool first) {
  return {a.total + b.total, first ? b.min : std::min(a.min, b.min), std::max(a.max, b.max)};
}

CallStatistics totals_of(const std::vector<const CallStatistics*>& calls) {
  CallStatistics total;
  total.name = "total";
  bool first = true;
  for (const CallStatistics* call : calls) {
    total.calls += call->calls;
    total.errors += call->errors;
    total.time = sum_of(total.time, call->time, first);
    total.wall = sum_of(total.wall, call->wall, first);
    first = false;
  }
  return total;
}

class Table {
 public:
  Table(const SummaryOptions& options, const std::vector<const CallStatistics*>& calls)
      : columns_(options.columns), total_(totals_of(calls)) {
    if (std::ranges::find(columns_, SummaryColumn::name) == columns_.end()) columns_.push_back(SummaryColumn::name);
    for (const CallStatistics* call : calls) name_width_ = std::max(name_width_, call->name.size() + 1);
  }

  void titles() {
    line([&](SummaryColumn column) { return std::string(layout_of(column).title); });
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
    return column == SummaryColumn::name ? name_width_ : layout_of(column).width;
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
      case SummaryColumn::avg_time: return std::to_string(average(call.time.total, call.calls) / 1000);
      case SummaryColumn::wall_total: return seconds(call.wall.total);
      case SummaryColumn::wall_min: return seconds(call.wall.min);
      case SummaryColumn::wall_max: return seconds(call.wall.max);
      case SummaryColumn::wall_avg: return std::to_string(average(call.wall.total, call.calls) / 1000);
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

  static std::string seconds(Nanoseconds time) {
    char text[40];
    snprintf(text, sizeof text, "%.6f", static_cast<double>(time) / 1e9);
    return text;
  }

  std::vector<SummaryColumn> columns_;
  CallStatistics total_;
  size_t name_width_ = layout_of(SummaryColumn::name).width;
  std::string text_;
};

}  // namespace

std::string summary_table(const SummaryOptions& options, std::vector<const CallStatistics*> calls) {
  if (calls.empty()) return {};
  sort_calls(options.sort_by, calls);
  Table table(options, calls);
  table.titles();
  table.rule();
  for (const CallStatistics* call : calls) table.row(*call);
  table.rule();
  table.total();
  return table.take();
}

}  // namespace sysray::sink
