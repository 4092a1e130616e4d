// SummarySink: counts calls and errors, adds up their times, and reports them: at the end, and in intervals.
#pragma once

#include "sink/output.h"
#include "sink/sink.h"
#include "sink/summary_counts.h"
#include "sink/summary_report.h"

namespace sysray::sink {

class SummarySink : public Sink {
 public:
  // Calls that did not return are not counted. Reports go to `output`; both must outlive the sink.
  SummarySink(const SummaryOptions& options, Output& output)
      : options_(options), output_(output), all_(options), lately_(options) {}

  void on_event(const event::Event& event) override;
  void tick(Nanoseconds now) override;
  void finish() override;

 private:
  void report(const SummaryCounts& counts, SummarySpan span);

  const SummaryOptions& options_;
  Output& output_;
  SummaryCounts all_;
  SummaryCounts lately_;  // in the current interval
  bool any_lately_ = false;
  bool reported_ = false;
  Nanoseconds began_ = 0;           // CLOCK_REALTIME of the first event, 0: none yet
  Nanoseconds interval_began_ = 0;  // of the current interval
  Nanoseconds ended_ = 0;           // of the last event
};

}  // namespace sysray::sink
