// Names of the columns of the summary: -S and -U.
// `own_columns`: sysray's are known, too.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sink/summary_options.h"

namespace sysray::cli {

// What the table is to be sorted by.
std::optional<sink::SummaryColumn> parse_sort_column(std::string_view text, bool own_columns);

// Names with commas between; each column at most once.
Result<void> parse_columns(std::string_view text, bool own_columns, std::vector<sink::SummaryColumn>& columns);

// --summary-by: bits of SummaryBy.
Result<u8> parse_summary_by(std::string_view text);

}  // namespace sysray::cli
