#include "describe/capture_arithmetic.h"

#include <algorithm>

namespace sysray::describe {

u64 capture_calculate(capture_arithmetic arithmetic, u64 a, u64 b, u64 former) {
  const auto first = static_cast<s64>(a);
  const auto second = static_cast<s64>(b);
  switch (arithmetic) {
    case CAPTURE_ADD: return a + b;
    case CAPTURE_SUBTRACT: return a - b;
    case CAPTURE_MULTIPLY: return a * b;
    // -1: the one quotient that overflows wraps around
    case CAPTURE_DIVIDE: return b == 0 ? 0 : second == -1 ? 0 - a : static_cast<u64>(first / second);
    case CAPTURE_MODULO: return b == 0 || second == -1 ? 0 : static_cast<u64>(first % second);
    case CAPTURE_AND: return a & b;
    case CAPTURE_OR: return a | b;
    case CAPTURE_XOR: return a ^ b;
    case CAPTURE_SHIFT_LEFT: return b < 64 ? a << b : 0;
    case CAPTURE_SHIFT_RIGHT: return b < 64 ? a >> b : 0;
    case CAPTURE_LESS: return first < second;
    case CAPTURE_LESS_EQUAL: return first <= second;
    case CAPTURE_EQUAL: return a == b;
    case CAPTURE_NOT_EQUAL: return a != b;
    case CAPTURE_MINIMUM: return static_cast<u64>(std::min(first, second));
    case CAPTURE_MAXIMUM: return static_cast<u64>(std::max(first, second));
    case CAPTURE_ALIGN: return b == 0 ? a : (a + b - 1) / b * b;
    case CAPTURE_SELECT: return a != 0 ? b : former;
  }
  return 0;
}

u64 capture_extend(u64 value, unsigned width, unsigned flags) {
  if (width == 0 || width >= 8) return value;
  const unsigned shift = 64 - width * 8;
  return (flags & CAPTURE_SIGNED) != 0 ? static_cast<u64>(static_cast<s64>(value << shift) >> shift)
                                       : value << shift >> shift;
}

}  // namespace sysray::describe
