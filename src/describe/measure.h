// How many bytes types take for a tracee's ABI.
#pragma once

#include "describe/model.h"

namespace sysray::describe {

// What layouts depend on. Numbers of ABIs as in event::Abi: x32 has the layout of x86_64, but pointers of 4 bytes.
struct Target {
  u32 abi = 0;
  static constexpr u32 x86_64 = 0, i386 = 1, x32 = 2;
  Layout layout() const { return abi == i386 ? Layout::i386 : Layout::lp64; }
  size_t layout_index() const { return static_cast<size_t>(layout()); }
  u32 word() const { return abi == x86_64 ? 8 : 4; }
};

// Bytes of a type's number: of integers, and of sets, formats and semantic types that are stored as one.
inline u32 integer_width(const Type& type, Target target) {
  if (type.width == width_long) return target.word();
  if (type.width == width_klong) return target.layout() == Layout::i386 ? 4 : 8;
  return type.width;
}

// Bytes that a type takes when it lies in memory; 0 for those without a fixed size.
u32 size_of(const Model& model, u32 type, Target target);

}  // namespace sysray::describe
