// Stacks behind the line of a call or a signal (-k).
#pragma once

#include <span>

#include "event/stack_frame.h"
#include "sink/text_buffer.h"

namespace sysray::sink {

// One line a frame: " > FILE(SYMBOL+0x1f) [0x2a1f]", and SOURCE:LINE if that is known.
void add_stack(TextBuffer& out, std::span<const event::StackFrame> stack);

}  // namespace sysray::sink
