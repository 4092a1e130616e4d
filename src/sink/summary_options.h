// SummaryOptions: what -c and -C report, and how.
#pragma once

#include <vector>

#include "base/types.h"

namespace sysray::sink {

// Columns of the table (-U) and what it can be sorted by (-S).
enum class SummaryColumn : u8 {
  time_percent,
  total_time,  // CPU time in the kernel; with `wall_clock` that from begin to end, as the six that follow
  min_time,
  max_time,
  avg_time,
  p50_time,
  p90_time,
  p99_time,
  wall_total,
  wall_min,
  wall_max,
  wall_avg,
  wall_p50,
  wall_p90,
  wall_p99,
  calls,
  errors,
  name,
  nothing,  // -S only: by number of the call
};

// What further tables tell calls apart by; bits.
enum class SummaryBy : u8 { error = 1, process = 2, descriptor = 4, path = 8 };

struct SummaryOptions {
  // A table without `name` gets it as the last column.
  std::vector<SummaryColumn> columns = {SummaryColumn::time_percent, SummaryColumn::total_time, SummaryColumn::avg_time,
                                        SummaryColumn::calls,        SummaryColumn::errors,     SummaryColumn::name};
  SummaryColumn sort_by = SummaryColumn::total_time;  // time_percent is the same
  Nanoseconds overhead = 0;                           // -O: taken off each call's time
  bool wall_clock = false;                            // -w
  u8 by = 0;                                          // bits of SummaryBy
  bool histogram = false;
  Nanoseconds interval = 0;  // a report on each, apart from that on the whole; 0: none
  bool nanoseconds = false;  // show times to the nanosecond; otherwise to the microsecond, as strace does
  bool json = false;
  bool alone = true;  // nothing else is written to the output

  bool wants(SummaryBy what) const { return (by & static_cast<u8>(what)) != 0; }
  // Whether more is asked for than sums, least and greatest times.
  bool wants_distribution() const;
};

}  // namespace sysray::sink
