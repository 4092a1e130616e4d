// Parsing of qualifier values; the error texts are those of strace 7.2.
#include "filter/set_expression.h"

#include <signal.h>
#include <string.h>
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <string>

#include "describe/source.h"

namespace sysray::filter {

namespace {

constexpr int first_realtime_signal = 32;  // SIGRTMIN of the kernel (asm/signal.h); libc's is higher
constexpr int last_signal = 64;            // _NSIG

std::string signal_name(int number) {
  if (number == first_realtime_signal) return "RTMIN";
  if (number > first_realtime_signal) return "RT_" + std::to_string(number - first_realtime_signal);
  // SIGPOLL's other name is the one that is shown.
  if (number == SIGIO) return "IO";
  const char* name = sigabbrev_np(number);
  return name ? name : "";
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// A number of decimal digits alone, up to `most`; -1 otherwise.
int decimal(std::string_view text, int most) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = error == std::errc() && end == text.data() + text.size() && text[0] != '-';
  return whole && value <= most ? value : -1;
}

}  // namespace

Result<SetExpression> parse_set(std::string_view text, std::string_view kind) {
  SetExpression set;
  std::string_view rest = text;
  while (rest.starts_with('!')) {
    set.inverted = !set.inverted;
    rest.remove_prefix(1);
  }
  if (rest == "none") return set;
  if (rest == "all") {
    set.inverted = !set.inverted;
    return set;
  }
  while (!rest.empty()) {
    size_t comma = std::min(rest.find(','), rest.size());
    if (comma > 0) set.names.push_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  if (set.names.empty()) return unknown_name(kind, text, {});
  return set;
}

Error unknown_name(std::string_view kind, std::string_view name, const std::vector<std::string_view>& candidates) {
  Error error;
  error.cause = "invalid " + std::string(kind) + " '" + std::string(name) + "'";
  error.hint = describe::did_you_mean(name, candidates);
  return error;
}

Result<u32> parse_choices(std::string_view text, std::string_view kind, std::span<const Choice> choices) {
  auto set = parse_set(text, kind);
  if (!set) return set.error();
  u32 all = 0, chosen = 0;
  for (const Choice& choice : choices) all |= choice.bit;
  for (std::string_view name : set->names) {
    auto found =
        std::ranges::find_if(choices, [&](const Choice& choice) { return same_ignoring_case(choice.name, name); });
    if (found == choices.end()) {
      std::vector<std::string_view> names;
      for (const Choice& choice : choices) names.push_back(choice.name);
      return unknown_name(kind, name, names);
    }
    chosen |= found->bit;
  }
  return set->inverted ? all & ~chosen : chosen;
}

std::optional<int> parse_signal(std::string_view name) {
  if (int number = decimal(name, 255); number >= 0) return number;
  if (name.size() > 3 && same_ignoring_case(name.substr(0, 3), "SIG")) name.remove_prefix(3);
  for (int number = 1; number <= last_signal; number++) {
    if (same_ignoring_case(name, signal_name(number))) return number;
  }
  return std::nullopt;
}

Result<SignalSet> parse_signals(std::string_view text) {
  auto set = parse_set(text, "signal");
  if (!set) return set.error();
  SignalSet signals;
  for (std::string_view name : set->names) {
    auto number = parse_signal(name);
    if (!number) {
      std::vector<std::string> all;
      for (int i = 1; i <= last_signal; i++) all.push_back("SIG" + signal_name(i));
      std::vector<std::string_view> views(all.begin(), all.end());
      return unknown_name("signal", name, views);
    }
    signals.set(static_cast<size_t>(*number));
  }
  return set->inverted ? ~signals : signals;
}

Result<event::NumberSet> parse_descriptors(std::string_view text) {
  auto set = parse_set(text, "descriptor");
  if (!set) return set.error();
  std::vector<int> numbers;
  for (std::string_view name : set->names) {
    // Leading blanks and a plus sign pass, as with strtol(3).
    std::string_view digits = name;
    while (digits.starts_with(' ')) digits.remove_prefix(1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    int fd = decimal(digits, INT_MAX);
    if (fd < 0) return unknown_name("descriptor", name, {});
    numbers.push_back(fd);
  }
  return event::NumberSet(std::move(numbers), set->inverted);
}

}  // namespace sysray::filter
