// LinePrefix: what stands before a line of the text: pid, times, call number, instruction pointer.
#pragma once

#include <ctime>
#include <string_view>

#include "event/raw_event.h"
#include "sink/text_buffer.h"
#include "sink/text_options.h"
#include "sink/text_value.h"

namespace sysray::sink {

// What a prefix may tell. Times in nanoseconds.
struct PrefixFacts {
  Tid tid{};
  std::string_view comm;
  std::string_view security;  // SELinux context of the process
  event::Abi abi{};
  Nanoseconds time = 0;       // CLOCK_REALTIME
  Nanoseconds monotonic = 0;  // CLOCK_MONOTONIC
  u64 number = 0;             // of the thread's last call
  u64 instruction_pointer = 0;
  bool at_instruction = true;  // false: the thread is gone, it has no instruction pointer
};

class LinePrefix {
 public:
  explicit LinePrefix(const TextOptions& options);

  // `several`: more than one thread is traced to this output.
  void write(TextBuffer& out, const PrefixFacts& facts, const ValueWriter& writer, bool several);

 private:
  void pid(TextBuffer& out, const PrefixFacts& facts, const ValueWriter& writer);
  void named_pid(TextBuffer& out, const PrefixFacts& facts, const ValueWriter* writer) const;
  void absolute(TextBuffer& out, Nanoseconds time);
  void relative(TextBuffer& out, Nanoseconds monotonic);
  void time_of_day(TextBuffer& out, s64 second);

  const TextOptions& options_;
  const bool absolute_;
  const bool only_pids_;  // nothing but pids and contexts is asked for
  Tid tid_{-1};           // of the last prefix with a pid and no name: that is pid_
  TextBuffer pid_{32};
  Nanoseconds last_ = 0;      // CLOCK_MONOTONIC of the last prefix
  s64 second_ = -1;           // that time_of_day_ shows
  char time_of_day_[8] = {};  // HH:MM:SS, local
  bool has_time_of_day_ = false;
};

// Behind the point of seconds: as many digits as the precision has, none for seconds.
void add_fraction(TextBuffer& out, Nanoseconds fraction, Precision precision);
// Seconds and fraction, as in <0.000012>.
void add_seconds(TextBuffer& out, Nanoseconds time, Precision precision);

}  // namespace sysray::sink
