// A merge of sorted files: only one line of each is in memory.
#include "cli/merge.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <memory>
#include <queue>
#include <vector>

namespace sysray::cli {

namespace {

constexpr Nanoseconds second = 1'000'000'000;
constexpr Nanoseconds day = 24 * 3600 * second;

struct Log {
  s64 pid = 0;
  std::string pid_text;
  std::ifstream file;
  std::string line;
  Nanoseconds time = 0;
  bool time_of_day = false;

  // Goes to the next line; false at the end. A line without a time has that of the line before it.
  bool next() {
    if (!std::getline(file, line)) return false;
    if (auto stamp = time_of_line(line)) {
      time_of_day = line.find(':') < line.find(' ');
      while (time_of_day && *stamp + day / 2 < time) *stamp += day;
      time = *stamp;
    }
    return true;
  }
};

std::optional<s64> number(std::string_view text) {
  s64 value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty() || text[0] == '-') return std::nullopt;
  return value;
}

// Nanoseconds of digits behind a point.
std::optional<Nanoseconds> fraction(std::string_view digits) {
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  auto value = number(digits);
  for (size_t i = digits.size(); value && i < 9; i++) *value *= 10;
  return value;
}

std::vector<std::unique_ptr<Log>> find_logs(const std::string& prefix) {
  namespace fs = std::filesystem;
  std::vector<std::unique_ptr<Log>> logs;
  const fs::path path(prefix);
  const std::string start = path.filename().string() + ".";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path.has_parent_path() ? path.parent_path() : fs::path("."), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(start)) continue;
    auto pid = number(std::string_view(name).substr(start.size()));
    if (!pid || *pid == 0) continue;
    auto log = std::make_unique<Log>();
    log->pid = *pid;
    log->pid_text = std::to_string(*pid);
    log->file.open(entry.path());
    logs.push_back(std::move(log));
  }
  std::ranges::sort(logs, {}, [](const auto& log) { return log->pid; });
  return logs;
}

}  // namespace

std::optional<Nanoseconds> time_of_line(std::string_view line) {
  std::string_view stamp = line.substr(0, line.find(' '));
  size_t point = stamp.find('.');
  Nanoseconds time = 0;
  if (point != std::string_view::npos) {
    auto part = fraction(stamp.substr(point + 1));
    if (!part) return std::nullopt;
    time = *part;
    stamp = stamp.substr(0, point);
  }
  Nanoseconds seconds = 0;
  for (bool more = true; more;) {  // seconds, or HH:MM:SS
    size_t colon = stamp.find(':');
    auto part = number(stamp.substr(0, colon));
    if (!part) return std::nullopt;
    seconds = seconds * 60 + *part;
    more = colon != std::string_view::npos;
    if (more) stamp.remove_prefix(colon + 1);
  }
  return time + seconds * second;
}

Result<void> merge_logs(const std::string& prefix, std::ostream& out) {
  auto logs = find_logs(prefix);
  if (logs.empty()) {
    return Error{.cause = prefix,
                 .observed = "strace output not found",
                 .hint = "traces are made with -ff -tt -o " + prefix,
                 .code = 0};
  }
  size_t width = 0;
  auto later = [](const Log* a, const Log* b) { return a->time != b->time ? a->time > b->time : a->pid > b->pid; };
  std::priority_queue<Log*, std::vector<Log*>, decltype(later)> queue(later);
  for (auto& log : logs) {
    width = std::max(width, log->pid_text.size());
    if (!log->next()) continue;
    if (!time_of_line(log->line)) {
      return Error{.cause = prefix + ".* files do not look like log files produced by 'strace -tt'",
                   .observed = {},
                   .hint = prefix + "." + log->pid_text + " does not begin with a time",
                   .code = 0};
    }
    queue.push(log.get());
  }
  while (!queue.empty()) {
    Log* log = queue.top();
    queue.pop();
    out << log->pid_text << std::string(width - log->pid_text.size() + 1, ' ') << log->line << '\n';
    if (log->next()) queue.push(log);
  }
  return {};
}

}  // namespace sysray::cli
