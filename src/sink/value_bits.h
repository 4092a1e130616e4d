// Numbers of Values as bits: they are sign-extended where their type is signed, and as wide as the type when shown
// unsigned.
#pragma once

#include "event/event.h"

namespace sysray::sink {

constexpr u64 all_ones(u8 width) { return width == 0 || width >= 8 ? ~u64{0} : (u64{1} << (width * 8)) - 1; }

inline u64 bits_of(const event::Value& value) { return value.number & all_ones(value.width); }

// An id of all ones that means "none": shown as -1.
inline bool is_minus_one(const event::Value& value) {
  return value.negative_one && bits_of(value) == all_ones(value.width);
}

}  // namespace sysray::sink
