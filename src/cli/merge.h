// `sysray merge PREFIX`: the files that -ff -tt wrote, as one log in the order of time.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/types.h"

namespace sysray::cli {

// The time that a line of -t, -tt or -ttt begins with: nanoseconds of the day or since the epoch; nullopt: none.
std::optional<Nanoseconds> time_of_line(std::string_view line);

// Merges PREFIX.PID for all PIDs, each line behind its PID. Lines of one file stay in their order; times of day that
// fall back within a file are those of the next day.
Result<void> merge_logs(const std::string& prefix, std::ostream& out);

}  // namespace sysray::cli
