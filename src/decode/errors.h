// Names and texts of errors, and what expressions say about them.
#pragma once

#include "decode/value_builder.h"

namespace sysray::decode {

// "ENOENT", or nullptr for a number without a name.
const char* error_name(const Context& context, u16 error);
// "No such file or directory" (the C library's text), or nullptr. Kernel-internal codes (512 and up, which only a
// tracer sees; include/linux/errno.h) have texts of their own.
const char* error_text(u16 error);
// Whether the expression uses the name `error`.
bool mentions_error(const describe::Model& model, u32 expr);

}  // namespace sysray::decode
