// The many names that strace 7.2 knows for each column; '_' and '-' are the same in them.
#include "cli/summary_columns.h"

#include <algorithm>
#include <array>
#include <string>

#include "cli/parser_state.h"
#include "filter/set_expression.h"

namespace sysray::cli {

namespace {

using sink::SummaryColumn;

struct ColumnName {
  std::string_view name;
  SummaryColumn column;
};

constexpr std::array column_names = std::to_array<ColumnName>({
    {"time", SummaryColumn::time_percent},
    {"time-percent", SummaryColumn::time_percent},
    {"time-total", SummaryColumn::total_time},
    {"total-time", SummaryColumn::total_time},
    {"min-time", SummaryColumn::min_time},
    {"time-min", SummaryColumn::min_time},
    {"shortest", SummaryColumn::min_time},
    {"max-time", SummaryColumn::max_time},
    {"time-max", SummaryColumn::max_time},
    {"longest", SummaryColumn::max_time},
    {"avg-time", SummaryColumn::avg_time},
    {"time-avg", SummaryColumn::avg_time},
    {"wall-total", SummaryColumn::wall_total},
    {"total-wall", SummaryColumn::wall_total},
    {"wall-min", SummaryColumn::wall_min},
    {"min-wall", SummaryColumn::wall_min},
    {"wall-max", SummaryColumn::wall_max},
    {"max-wall", SummaryColumn::wall_max},
    {"wall-avg", SummaryColumn::wall_avg},
    {"avg-wall", SummaryColumn::wall_avg},
    {"calls", SummaryColumn::calls},
    {"count", SummaryColumn::calls},
    {"errors", SummaryColumn::errors},
    {"error", SummaryColumn::errors},
    {"name", SummaryColumn::name},
    {"syscall", SummaryColumn::name},
    {"syscall-name", SummaryColumn::name},
    {"none", SummaryColumn::nothing},
    {"nothing", SummaryColumn::nothing},
});

// Percentiles; of the clock that is asked for, and of the time that passes.
constexpr std::array own_column_names = std::to_array<ColumnName>({
    {"p50", SummaryColumn::p50_time},
    {"p90", SummaryColumn::p90_time},
    {"p99", SummaryColumn::p99_time},
    {"wall-p50", SummaryColumn::wall_p50},
    {"wall-p90", SummaryColumn::wall_p90},
    {"wall-p99", SummaryColumn::wall_p99},
});

}  // namespace

std::optional<SummaryColumn> parse_sort_column(std::string_view text, bool own_columns) {
  std::string name(text);
  std::ranges::replace(name, '_', '-');
  auto found = std::ranges::find(column_names, name, &ColumnName::name);
  if (found != column_names.end()) return found->column;
  auto own = std::ranges::find(own_column_names, name, &ColumnName::name);
  if (own_columns && own != own_column_names.end()) return own->column;
  return std::nullopt;
}

Result<u8> parse_summary_by(std::string_view text) {
  constexpr filter::Choice choices[] = {
      {"error", static_cast<u32>(sink::SummaryBy::error)},
      {"process", static_cast<u32>(sink::SummaryBy::process)},
      {"fd", static_cast<u32>(sink::SummaryBy::descriptor)},
      {"path", static_cast<u32>(sink::SummaryBy::path)},
  };
  auto by = filter::parse_choices(text, "--summary-by argument", choices);
  if (!by) return by.error();
  return static_cast<u8>(*by);
}

Result<void> parse_columns(std::string_view text, bool own_columns, std::vector<SummaryColumn>& columns) {
  columns.clear();
  for (bool more = true; more;) {
    std::string_view name = text.substr(0, text.find(','));
    auto column = parse_sort_column(name, own_columns);
    if (!column || *column == SummaryColumn::nothing) {
      return usage_error("unknown column name: '" + std::string(name) + "'");
    }
    if (std::ranges::find(columns, *column) != columns.end()) {
      return usage_error("call summary column has been provided more than once: '" + std::string(name) +
                         "' (-U option residual: '" + std::string(text) + "')");
    }
    columns.push_back(*column);
    more = name.size() < text.size();
    text.remove_prefix(std::min(name.size() + 1, text.size()));
  }
  return {};
}

}  // namespace sysray::cli
