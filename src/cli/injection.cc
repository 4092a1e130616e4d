#include "cli/injection.h"

#include <errno.h>
#include <stdlib.h>

#include <algorithm>
#include <charconv>

#include "cli/parser_state.h"
#include "cli/values.h"

namespace sysray::cli {

namespace {

using tamper::When;

constexpr u32 most_invocations = 65535;
constexpr s64 largest_errno = 4095;
constexpr s64 last_argument = 7;
constexpr size_t most_poked_bytes = 1024;

// Digits and nothing else, in front of `text`, which loses them.
std::optional<u32> take_number(std::string_view& text, u32 most) {
  u32 value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value == 0 || value > most) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// FIRST[..LAST][+[STEP]]
std::optional<When> parse_when(std::string_view text) {
  When when;
  auto first = take_number(text, most_invocations);
  if (!first) return std::nullopt;
  when.first = *first;
  const bool has_last = take(text, "..");
  if (has_last) {
    auto last = take_number(text, most_invocations - 1);
    if (!last || *last < *first) return std::nullopt;
    when.last = *last;
  }
  if (take(text, "+")) {
    if (text.empty()) return when;
    auto step = take_number(text, most_invocations);
    if (!step) return std::nullopt;
    when.step = *step;
  } else if (!has_last) {
    when.last = when.first;
  }
  if (!text.empty()) return std::nullopt;
  return when;
}

std::optional<s64> parse_error(std::string_view text, const describe::Model& model) {
  if (auto number = parse_number(text, largest_errno)) return *number > 0 ? number : std::nullopt;
  for (const describe::Set& set : model.sets) {
    if (model.text(set.name) != "errno_names") continue;
    for (const describe::Member& member : model.members.subspan(set.members.first, set.members.count))
      if (same_word(model.text(member.name), text)) return static_cast<s64>(member.value[0]);
  }
  return std::nullopt;
}

// In any base of C, negative ones too.
std::optional<u64> parse_result(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  errno = 0;
  u64 value = strtoull(copy.c_str(), &end, 0);
  if (copy.empty() || *end || errno) return std::nullopt;
  return value;
}

// Pairs of digits; empty if the text is something else. Of a pair only the second of which is none, the first counts
// ("4g" is 04, "0x41" is 00 41), as in strace.
std::vector<std::byte> parse_bytes(std::string_view text) {
  std::vector<std::byte> bytes;
  if (text.size() % 2 || text.size() > 2 * most_poked_bytes) return bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    u8 value = 0;
    auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (error != std::errc()) return {};
    bytes.push_back(std::byte{value});
  }
  return bytes;
}

// @argN=BYTES[,@argN=BYTES]...; empty if the text is something else.
std::vector<tamper::PokeBytes> parse_pokes(std::string_view text) {
  std::vector<tamper::PokeBytes> pokes;
  while (!text.empty()) {
    std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    if (one.empty()) continue;
    if (!take(one, "@arg") || one.size() < 2 || one[0] < '1' || one[0] > '0' + last_argument || one[1] != '=')
      return {};
    const u8 argument = static_cast<u8>(one[0] - '1');
    std::vector<std::byte> bytes = parse_bytes(one.substr(2));
    auto same = [&](const tamper::PokeBytes& poke) { return poke.argument == argument; };
    if (bytes.empty() || std::ranges::any_of(pokes, same)) return {};
    pokes.push_back({argument, std::move(bytes)});
  }
  return pokes;
}

class InjectionParser {
 public:
  InjectionParser(bool fault, const describe::Model& model) : fault_(fault), model_(model) {}

  // One ACTION; false if it is none.
  bool add(std::string_view action) {
    if (action.empty()) return true;
    if (take(action, "when=")) return once_more(rule_.when, parse_when(action));
    if (take(action, "error=")) return set_error(parse_error(action, model_));
    if (take(action, "syscall=")) return set_substitute(action);
    if (fault_) return false;
    if (take(action, "retval=")) return set_result(parse_result(action));
    if (take(action, "signal=")) return set_signal(filter::parse_signal(action));
    if (take(action, "delay_enter=")) return once(rule_.delay_enter, parse_time(action));
    if (take(action, "delay_exit=")) return once(rule_.delay_exit, parse_time(action));
    if (take(action, "poke_enter=")) return add_pokes(rule_.poke_enter, action);
    if (take(action, "poke_exit=")) return add_pokes(rule_.poke_exit, action);
    return false;
  }

  // False if nothing is to be done.
  bool complete() {
    if (fault_ && !rule_.result) set_error(ENOSYS);
    if (rule_.result && substitutes_) rule_.result->substitutes = *substitutes_;
    return rule_.result || rule_.signal || rule_.delay_enter || rule_.delay_exit || !rule_.poke_enter.empty() ||
           !rule_.poke_exit.empty();
  }
  tamper::Rule take_rule() { return std::move(rule_); }

 private:
  template <typename T>
  static bool once_more(T& to, const std::optional<T>& value) {
    if (value) to = *value;
    return value.has_value();
  }
  template <typename T>
  static bool once(std::optional<T>& to, std::optional<T> value) {
    if (to || !value) return false;
    to = std::move(value);
    return true;
  }

  static bool add_pokes(std::vector<tamper::PokeBytes>& to, std::string_view text) {
    if (!to.empty()) return false;
    to = parse_pokes(text);
    return !to.empty();
  }

  bool set_error(std::optional<s64> error) {
    if (!error || rule_.result) return false;
    rule_.result.emplace();
    rule_.result->value = -*error;
    rule_.result->is_error = true;
    return true;
  }

  bool set_result(std::optional<u64> value) {
    if (!value || rule_.result) return false;
    rule_.result.emplace();
    rule_.result->value = static_cast<s64>(*value);
    return true;
  }

  bool set_signal(std::optional<int> signal) {
    if (!signal || *signal < 1 || *signal > 64 || rule_.signal) return false;
    rule_.signal = *signal;
    return true;
  }

  // By name, in the native ABI; in the others none is made if the name is not theirs.
  bool set_substitute(std::string_view name) {
    if (substitutes_) return false;
    capture::MadeUpResult result;
    for (size_t abi = 0; abi < event::abi_count; abi++) {
      for (u64 number = 0; number < model_.tables[abi].size(); number++) {
        const describe::TableEntry& entry = model_.tables[abi][number];
        if (entry.syscall == describe::none || model_.text(entry.name) != name) continue;
        if (!(model_.syscalls[entry.syscall].classes & static_cast<u32>(describe::Class::pure))) return false;
        result.substitutes[abi] = number;
      }
    }
    if (result.substitutes[static_cast<size_t>(event::Abi::x86_64)] == event::no_call) return false;
    substitutes_ = result.substitutes;
    return true;
  }

  const bool fault_;
  const describe::Model& model_;
  tamper::Rule rule_;
  std::optional<decltype(capture::MadeUpResult::substitutes)> substitutes_;
};

// A result may not be what the program sees.
void warn_of_result(const tamper::Rule& rule, std::vector<std::string>& warnings) {
  if (!rule.result || rule.result->is_error) return;
  const u64 value = static_cast<u64>(rule.result->value);
  const u32 low = static_cast<u32>(value);
  const std::string shown = std::to_string(value);
  if (value > ~u64{largest_errno}) {
    warnings.push_back("Inadvertent injection of error " + std::to_string(-value) + " is possible for retval=" + shown);
  } else if (value != low) {
    warnings.push_back("Injected return value " + shown + " will be clipped to " + std::to_string(low) +
                       " in compat personality");
  } else if (low > ~u32{largest_errno}) {
    warnings.push_back("Inadvertent injection of error " + std::to_string(-low) +
                       " is possible in compat personality for retval=" + shown);
  }
}

}  // namespace

Result<Injection> parse_injection(std::string_view text, bool fault, const describe::Model& model) {
  InjectionParser parser(fault, model);
  const std::string_view set = text.substr(0, text.find(':'));
  bool valid = true;
  for (std::string_view rest = text.substr(set.size()); valid && !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view action = rest.substr(0, rest.find(':'));
    valid = parser.add(action);
    rest.remove_prefix(action.size());
  }
  Error invalid =
      failure("invalid " + std::string(fault ? "fault" : "inject") + " argument '" + std::string(text) + "'");
  invalid.hint = fault ? "for example: chdir:error=ENOENT:when=2+" : "for example: chdir:error=ENOENT:delay_enter=10ms";
  if (!valid) return invalid;
  auto calls = filter::CallNumbers::parse(set, model);
  if (!calls) return calls.error();
  if (!parser.complete()) return invalid;
  Injection injection{parser.take_rule(), {}};
  injection.rule.calls = std::move(*calls);
  warn_of_result(injection.rule, injection.warnings);
  return injection;
}

}  // namespace sysray::cli
