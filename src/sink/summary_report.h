// What was counted, as text or as data.
#pragma once

#include <string>
#include <string_view>

#include "sink/summary_counts.h"

namespace sysray::sink {

// What a report covers; CLOCK_REALTIME.
struct SummarySpan {
  Nanoseconds begin = 0;
  Nanoseconds end = 0;
  bool whole_run = true;  // not an interval of it
};

// A table of calls for each ABI that was used, then the further tables and histograms that are asked for. Empty if
// there were no calls. Events that were lost are counted below the first.
std::string text_report(const SummaryOptions& options, const SummaryCounts& counts, SummarySpan span);
// One line; in front of it the line that an output begins with, if `header`.
std::string json_report(const SummaryOptions& options, const SummaryCounts& counts, SummarySpan span, bool header);

// One table, laid out as strace's. `title`: of the column of names. Empty if there are no rows.
std::string summary_table(const SummaryOptions& options, StatisticsList rows, std::string_view title);

}  // namespace sysray::sink
