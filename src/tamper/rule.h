// Rule: one injection expression (-e inject=SET:ACTION...): which calls, which of their invocations, and what is done.
#pragma once

#include <vector>

#include "capture/source.h"
#include "filter/call_numbers.h"

namespace sysray::tamper {

// Invocations of a call, counted from 1: first, first + step, first + 2 * step ... up to last.
struct When {
  static constexpr u32 no_end = ~u32{0};
  u32 first = 1;
  u32 last = no_end;
  u32 step = 1;
  bool contains(u32 invocation) const {
    return invocation >= first && invocation <= last && (invocation - first) % step == 0;
  }
};

struct PokeBytes {
  u8 argument = 0;  // 0 .. 6: more than a call may have
  std::vector<std::byte> bytes;
};

struct Rule {
  filter::CallNumbers calls;
  When when;
  std::optional<capture::MadeUpResult> result;
  int signal = 0;
  std::optional<Nanoseconds> delay_enter;
  std::optional<Nanoseconds> delay_exit;
  std::vector<PokeBytes> poke_enter;
  std::vector<PokeBytes> poke_exit;
};

}  // namespace sysray::tamper
