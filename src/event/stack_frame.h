// StackFrame: one frame of a thread's stack, as text and numbers.
#pragma once

#include <string_view>

#include "base/types.h"

namespace sysray::event {

struct StackFrame {
  std::string_view problem;  // not empty: no frame, but why there are no more
  std::string_view file;     // mapped there; empty: unknown
  std::string_view symbol;   // demangled; empty: unknown
  u64 offset = 0;            // from the symbol
  u64 address = 0;           // in the file
  std::string_view source;   // empty: unknown
  u32 line = 0;
};

}  // namespace sysray::event
