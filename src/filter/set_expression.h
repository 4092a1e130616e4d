// The value of a qualifier, [!]NAME[,NAME]..., taken apart; and the small sets that are picked from fixed names.
#pragma once

#include <bitset>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "event/number_set.h"

namespace sysray::filter {

// strace(1), "General": "Using an exclamation mark negates the set of values", "the special values all and none".
struct SetExpression {
  bool inverted = false;                // the set is all but the names
  std::vector<std::string_view> names;  // into the text; empty: "none", or "all" if inverted
};

// `kind` names what is invalid when the text has no name: "invalid signal ','".
Result<SetExpression> parse_set(std::string_view text, std::string_view kind);

// The error for a name that is not known: "invalid KIND 'NAME'", with the nearest of `candidates` as its hint.
Error unknown_name(std::string_view kind, std::string_view name, const std::vector<std::string_view>& candidates);

struct Choice {
  std::string_view name;
  u32 bit;
};

// A set of choices, named in either case, as the sum of their bits.
Result<u32> parse_choices(std::string_view text, std::string_view kind, std::span<const Choice> choices);

// Signals by number (0 .. 255); names with or without SIG, in either case.
using SignalSet = std::bitset<256>;
Result<SignalSet> parse_signals(std::string_view text);
std::optional<int> parse_signal(std::string_view name);

// Descriptors: numbers, or all but these.
Result<event::NumberSet> parse_descriptors(std::string_view text);

}  // namespace sysray::filter
