// Hex dumps of what was read and written (-e read=, -e write=).
#pragma once

#include <span>

#include "event/event.h"
#include "sink/text_buffer.h"

namespace sysray::sink {

// 16 bytes a line, in hex and as characters; several buffers with a headline each.
void add_dumps(TextBuffer& out, std::span<const event::Dump> dumps, Tid tid);

}  // namespace sysray::sink
