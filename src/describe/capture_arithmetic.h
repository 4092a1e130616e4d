// The arithmetic of capture programs, for compilers and interpreters of them in user space.
#pragma once

#include "base/types.h"
#include "describe/capture_ops.h"

namespace sysray::describe {

// `select` takes the former value of the temporary as `former`.
u64 capture_calculate(capture_arithmetic arithmetic, u64 a, u64 b, u64 former = 0);

// A number cut to `width` bytes and extended, as an operand's flags say.
u64 capture_extend(u64 value, unsigned width, unsigned flags);

}  // namespace sysray::describe
