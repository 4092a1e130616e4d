// Runs of bytes that stand for themselves in every quoted form, eight at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>

#include "base/types.h"

namespace sysray::sink {

// Of eight bytes in memory order, how many at the beginning are printable ASCII other than '"' and '\'.
inline size_t plain_prefix(u64 eight) {
  static_assert(std::endian::native == std::endian::little);
  constexpr u64 ones = 0x0101010101010101, tops = 0x8080808080808080;
  // In each of these the lowest marked byte is exact; those above it may be marked wrongly.
  const auto equals = [&](u8 byte) {
    const u64 difference = eight ^ (ones * byte);
    return (difference - ones) & ~difference & tops;
  };
  const u64 below_blank = (eight - ones * ' ') & ~eight & tops;
  const u64 marked = below_blank | (eight & tops) | equals('"') | equals('\\') | equals(0x7f);
  return static_cast<size_t>(std::countr_zero(marked)) / 8;  // 8 if there is none
}

// Copies whole eights of plain bytes, and the plain beginning of the eight that ends them; `to` must have room for
// eight bytes more. Returns how many bytes were copied: a byte behind them may still be plain.
inline size_t copy_plain(char* to, const char* from, size_t size) {
  size_t done = 0;
  while (size - done >= 8) {
    u64 eight;
    memcpy(&eight, from + done, 8);
    memcpy(to + done, &eight, 8);
    const size_t plain = plain_prefix(eight);
    done += plain;
    if (plain < 8) break;
  }
  return done;
}

}  // namespace sysray::sink
