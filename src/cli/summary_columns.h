// Names of the columns of the summary: -S and -U.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sink/summary_sink.h"

namespace sysray::cli {

// What the table is to be sorted by.
std::optional<sink::SummaryColumn> parse_sort_column(std::string_view text);

// Names with commas between; each column at most once.
Result<void> parse_columns(std::string_view text, std::vector<sink::SummaryColumn>& columns);

}  // namespace sysray::cli
