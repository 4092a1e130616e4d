// SummaryCounts: calls, errors and times, by call and by whatever else is asked for.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "event/event.h"
#include "sink/distribution.h"
#include "sink/summary_options.h"
#include "sink/text_buffer.h"

namespace sysray::sink {

// Times of the calls of one kind, in nanoseconds.
struct CallTimes {
  Nanoseconds total = 0;
  Nanoseconds min = 0;
  Nanoseconds max = 0;
  Distribution distribution;  // if it is asked for
  void count(Nanoseconds time, bool first, bool distribute) {
    total += time;
    if (first || time < min) min = time;
    if (time > max) max = time;
    if (distribute) distribution.count(time);
  }
  // A percentile within what is known of the extremes.
  Nanoseconds percentile(double share) const;
};

struct CallStatistics {
  std::string name;
  u64 calls = 0;
  u64 errors = 0;
  CallTimes time;  // of the clock that is asked for
  CallTimes wall;
};

using StatisticsList = std::vector<const CallStatistics*>;

class SummaryCounts {
 public:
  // Keeps a reference to the options.
  explicit SummaryCounts(const SummaryOptions& options) : options_(options) {}

  // A call that has returned.
  void count(const event::Event& call);
  // Events that were not captured.
  void count_lost(u64 events) { lost_ += events; }
  u64 lost() const { return lost_; }
  void clear();

  // By number of the call.
  StatisticsList calls(event::Abi abi) const;
  // Of one kind; in the order of their names, processes by their number.
  StatisticsList by(SummaryBy what) const;

 private:
  // By number, for each ABI; low numbers, which are nearly all, in the vector.
  struct Table {
    std::vector<CallStatistics> low;
    std::map<u64, CallStatistics> high;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Named = std::unordered_map<std::string, CallStatistics, Hash, std::equal_to<>>;

  CallStatistics& statistics_of(const event::Event& event);
  static CallStatistics& of(Named& table, std::string_view name);
  void add(CallStatistics& to, const event::Event& call) const;
  void add_error(const event::Event& call);
  void add_process(const event::Event& call);
  void add_files(const event::Event& call, const event::Value& value);
  void add_descriptor(const event::Event& call, const event::Value& value);

  const SummaryOptions& options_;
  std::array<Table, event::abi_count> tables_;
  Named errors_;
  std::map<s32, CallStatistics> processes_;
  Named descriptors_;
  Named paths_;
  u64 lost_ = 0;
  TextBuffer key_{128};
};

}  // namespace sysray::sink
