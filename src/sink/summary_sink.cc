#include "sink/summary_sink.h"

#include <algorithm>

namespace sysray::sink {

void SummarySink::on_event(const event::Event& event) {
  const Nanoseconds now = event.kind == event::EventKind::call_end ? event.end_time : event.time;
  if (began_ == 0) began_ = interval_began_ = event.time;
  ended_ = std::max(ended_, now);
  if (options_.interval > 0) tick(now);
  if (event.kind == event::EventKind::lost) {
    all_.count_lost(static_cast<u64>(event.status));
    lately_.count_lost(static_cast<u64>(event.status));
    any_lately_ = options_.interval > 0;
  }
  if (event.kind != event::EventKind::call_end || !event.has_result) return;
  all_.count(event);
  if (options_.interval == 0) return;
  lately_.count(event);
  any_lately_ = true;
}

// Intervals without a call are passed over.
void SummarySink::tick(Nanoseconds now) {
  if (options_.interval == 0 || began_ == 0 || now < interval_began_ + options_.interval) return;
  if (any_lately_) {
    report(lately_, {.begin = interval_began_, .end = interval_began_ + options_.interval, .whole_run = false});
    output_.flush();
    lately_.clear();
    any_lately_ = false;
  }
  interval_began_ += (now - interval_began_) / options_.interval * options_.interval;
}

void SummarySink::finish() {
  if (any_lately_) report(lately_, {.begin = interval_began_, .end = ended_, .whole_run = false});
  report(all_, {.begin = began_, .end = ended_, .whole_run = true});
  output_.flush();
}

void SummarySink::report(const SummaryCounts& counts, SummarySpan span) {
  if (options_.json)
    output_.write(json_report(options_, counts, span, options_.alone && !reported_));
  else
    output_.write(text_report(options_, counts, span));
  reported_ = true;
}

}  // namespace sysray::sink
