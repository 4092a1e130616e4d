// Quoting: bytes of a tracee as C-like text, as strace shows strings and file names.
#pragma once

#include <string_view>

#include "sink/text_buffer.h"
#include "sink/text_options.h"

namespace sysray::sink {

enum class QuoteMarks : u8 {
  quotes,    // "…"; the quote itself is escaped
  brackets,  // <…>, as names behind descriptors and process ids: angle brackets are escaped too
};

// Appends the bytes, escaped, between the marks. Escapes are symbolic (\n) or octal, with as few digits as the next
// byte allows; `hex_strings` asks for hexadecimal ones in place of octal, or of the whole string.
void add_quoted(TextBuffer& out, std::string_view bytes, HexStrings hex_strings, QuoteMarks marks = QuoteMarks::quotes);

}  // namespace sysray::sink
