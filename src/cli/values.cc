// What strace 7.2 accepts as values of its options.
#include "cli/values.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include <cctype>
#include <climits>
#include <cmath>
#include <limits>
#include <string>

namespace sysray::cli {

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<s64> parse_number(std::string_view text, s64 most) {
  std::string copy(text);
  char* end = nullptr;
  errno = 0;
  long long value = strtoll(copy.c_str(), &end, 10);
  if (copy.empty() || *end || errno || value < 0 || value > most) return std::nullopt;
  return value;
}

std::optional<sink::Precision> parse_precision(std::string_view text) {
  if (same_word(text, "s")) return sink::Precision::s;
  if (same_word(text, "ms")) return sink::Precision::ms;
  if (same_word(text, "us")) return sink::Precision::us;
  if (same_word(text, "ns")) return sink::Precision::ns;
  return std::nullopt;
}

std::optional<Nanoseconds> parse_time(std::string_view text) {
  std::string copy(text);
  // strtod would also take hexadecimal, infinities and "nan".
  if (copy.find_first_not_of("0123456789.eE+- \tsmun") != std::string::npos) return std::nullopt;
  char* end = nullptr;
  double value = strtod(copy.c_str(), &end);
  if (end == copy.c_str() || !std::isfinite(value) || value < 0) return std::nullopt;
  std::string_view unit(end);
  double scale = 1e3;
  if (unit == "s") {
    scale = 1e9;
  } else if (unit == "ms") {
    scale = 1e6;
  } else if (unit == "ns") {
    scale = 1;
  } else if (!unit.empty() && unit != "us") {
    return std::nullopt;
  }
  constexpr auto most = std::numeric_limits<Nanoseconds>::max();
  double nanoseconds = value * scale;
  return nanoseconds >= static_cast<double>(most) ? most : static_cast<Nanoseconds>(nanoseconds);
}

namespace {

std::optional<sink::TimePrefix> parse_time_format(std::string_view text) {
  if (same_word(text, "none")) return sink::TimePrefix::none;
  if (same_word(text, "time")) return sink::TimePrefix::seconds_of_day;
  if (same_word(text, "unix")) return sink::TimePrefix::unix_epoch;
  return std::nullopt;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!same_word(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

bool parse_timestamps(std::string_view text, sink::TimePrefix& format, sink::Precision& precision) {
  while (!text.empty()) {
    std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (part.empty()) continue;
    bool only_format = take_prefix(part, "format:");
    bool only_precision = !only_format && take_prefix(part, "precision:");
    auto as_format = parse_time_format(part);
    auto as_precision = parse_precision(part);
    if (as_format && !only_precision) {
      format = *as_format;
    } else if (as_precision && !only_format) {
      precision = *as_precision;
    } else {
      return false;
    }
  }
  return true;
}

std::optional<capture::InteractiveMode> parse_interruptible(std::string_view text) {
  using enum capture::InteractiveMode;
  if (same_word(text, "anywhere") || same_word(text, "always")) return anywhere;
  if (same_word(text, "waiting")) return waiting;
  if (same_word(text, "never")) return never;
  if (same_word(text, "never_tstp")) return never_tstp;
  auto number = parse_number(text, 4);
  if (!number || *number == 0) return std::nullopt;
  return static_cast<capture::InteractiveMode>(*number);
}

std::optional<BackendChoice> parse_backend(std::string_view text) {
  if (same_word(text, "ptrace")) return BackendChoice{Backend::ptrace};
  if (same_word(text, "bpf")) return BackendChoice{Backend::bpf};
  const size_t colon = text.find(':');
  if (!same_word(text.substr(0, colon), "auto")) return std::nullopt;
  BackendChoice choice{Backend::automatic};
  if (colon == std::string_view::npos) return choice;
  const auto stops = parse_number(text.substr(colon + 1), std::numeric_limits<s32>::max());
  if (!stops) return std::nullopt;
  choice.stops = static_cast<u64>(*stops);
  return choice;
}

std::optional<capture::DaemonMode> parse_daemon_mode(std::string_view text) {
  using enum capture::DaemonMode;
  if (same_word(text, "grandchild")) return grandchild;
  if (same_word(text, "pgroup") || same_word(text, "pgrp")) return own_process_group;
  if (same_word(text, "session")) return own_session;
  return std::nullopt;
}

std::optional<std::string_view> parse_pids(std::string_view text, std::vector<Tid>& pids) {
  constexpr std::string_view separators = ", \t\n";
  while (!text.empty()) {
    size_t start = text.find_first_not_of(separators);
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    std::string_view word = text.substr(0, text.find_first_of(separators));
    text.remove_prefix(word.size());
    auto pid = parse_number(word, INT_MAX);
    if (!pid || *pid == 0) return word;
    pids.push_back(static_cast<Tid>(*pid));
  }
  return std::nullopt;
}

}  // namespace sysray::cli
