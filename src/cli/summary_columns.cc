// The many names that strace 7.2 knows for each column; '_' and '-' are the same in them.
#include "cli/summary_columns.h"

#include <algorithm>
#include <array>
#include <string>

#include "cli/parser_state.h"

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

}  // namespace

std::optional<SummaryColumn> parse_sort_column(std::string_view text) {
  std::string name(text);
  std::ranges::replace(name, '_', '-');
  auto found = std::ranges::find(column_names, name, &ColumnName::name);
  if (found == column_names.end()) return std::nullopt;
  return found->column;
}

Result<void> parse_columns(std::string_view text, std::vector<SummaryColumn>& columns) {
  columns.clear();
  for (bool more = true; more;) {
    std::string_view name = text.substr(0, text.find(','));
    auto column = parse_sort_column(name);
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
