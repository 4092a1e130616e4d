// SummarySink: counts calls and errors, adds up their times, and prints the table of -c and -C at the end.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "event/event.h"
#include "sink/output.h"
#include "sink/sink.h"

namespace sysray::sink {

// Columns of the table (-U) and what it can be sorted by (-S).
enum class SummaryColumn : u8 {
  time_percent,
  total_time,  // CPU time in the kernel; with `wall_clock` that from begin to end, as the three that follow
  min_time,
  max_time,
  avg_time,
  wall_total,
  wall_min,
  wall_max,
  wall_avg,
  calls,
  errors,
  name,
  nothing,  // -S only: by number of the call
};

struct SummaryOptions {
  // A table without `name` gets it as the last column.
  std::vector<SummaryColumn> columns = {SummaryColumn::time_percent, SummaryColumn::total_time, SummaryColumn::avg_time,
                                        SummaryColumn::calls,        SummaryColumn::errors,     SummaryColumn::name};
  SummaryColumn sort_by = SummaryColumn::total_time;  // time_percent is the same
  Nanoseconds overhead = 0;                           // -O: taken off each call's time
  bool wall_clock = false;                            // -w
};

// Times of the calls of one kind, in nanoseconds.
struct CallTimes {
  Nanoseconds total = 0;
  Nanoseconds min = 0;
  Nanoseconds max = 0;
  void count(Nanoseconds time, bool first) {
    total += time;
    if (first || time < min) min = time;
    if (time > max) max = time;
  }
};

struct CallStatistics {
  std::string name;
  u64 calls = 0;
  u64 errors = 0;
  CallTimes time;  // of the clock that is asked for
  CallTimes wall;
};

class SummarySink : public Sink {
 public:
  // Calls that did not return are not counted. The table goes to `output` in finish(); both must outlive the sink.
  SummarySink(const SummaryOptions& options, Output& output) : options_(options), output_(output) {}

  void on_event(const event::Event& event) override;
  void finish() override;

 private:
  CallStatistics& statistics_of(const event::Event& event);

  const SummaryOptions& options_;
  Output& output_;
  // By number, for each ABI; low numbers, which are nearly all, in the vector.
  struct Table {
    std::vector<CallStatistics> low;
    std::map<u64, CallStatistics> high;
  };
  std::array<Table, event::abi_count> tables_;
};

// The table of some calls, which are given in the order of their numbers; empty if there are none.
std::string summary_table(const SummaryOptions& options, std::vector<const CallStatistics*> calls);

}  // namespace sysray::sink
