// Tips on the use of the program (--tips).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/types.h"

namespace sysray::cli {

struct TipChoice {
  enum class Format : u8 { none, compact, full };
  Format format = Format::compact;
  std::optional<u32> id;  // nullopt: a random one
};

// "[[id:]ID],[[format:]FORMAT]" in any order and number, as strace(1) has it; changes `choice`. False if it is wrong.
bool parse_tips(std::string_view text, TipChoice& choice);
std::string tip_text(const TipChoice& choice);

}  // namespace sysray::cli
