// The values of options: numbers, times, lists of words. Each returns nothing when the text is not such a value.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/types.h"
#include "capture/source.h"
#include "cli/options.h"
#include "sink/text_options.h"

namespace sysray::cli {

// A decimal number of 0 .. most, as strtol(3) reads it (blanks and a sign may precede).
std::optional<s64> parse_number(std::string_view text, s64 most);

// "s", "ms", "us", "ns", in either case.
std::optional<sink::Precision> parse_precision(std::string_view text);

// strace(1), "Time specification format": a decimal number with an optional unit, microseconds without.
std::optional<Nanoseconds> parse_time(std::string_view text);

// --absolute-timestamps: changes what the text names: [[format:]FORMAT][,[precision:]PRECISION]. False: no such text.
bool parse_timestamps(std::string_view text, sink::TimePrefix& format, sink::Precision& precision);

// -I: a number of 1 .. 4 or its name.
std::optional<capture::InteractiveMode> parse_interruptible(std::string_view text);

// --backend: WHAT, or auto:STOPS
struct BackendChoice {
  Backend backend;
  u64 stops = default_backend_stops;
};
std::optional<BackendChoice> parse_backend(std::string_view text);

// --daemonize
std::optional<capture::DaemonMode> parse_daemon_mode(std::string_view text);

// -p: process ids separated by commas, blanks, tabs and newlines, added to `pids`. Returns the part that is no process
// id.
std::optional<std::string_view> parse_pids(std::string_view text, std::vector<Tid>& pids);

bool same_word(std::string_view a, std::string_view b);  // in either case

}  // namespace sysray::cli
