// Hex dumps behind the line of a call.
#include "sink/hex_dump.h"

#include <algorithm>

namespace sysray::sink {

namespace {

constexpr size_t row_size = 16;

void add_row(TextBuffer& out, std::string_view bytes, size_t offset) {
  const std::string_view row = bytes.substr(offset, row_size);
  out.add(" | ");
  out.add_hex_digits(offset, 5);
  for (size_t i = 0; i < row_size; i++) {
    if (i % 8 == 0) out.add(' ');
    out.add(' ');
    if (i < row.size())
      out.add_hex_digits(static_cast<u8>(row[i]), 2);
    else
      out.add("  ");
  }
  out.add("  ");
  for (const char c : row) out.add(c >= ' ' && c <= '~' ? c : '.');
  out.fill(' ', row_size - row.size());
  out.add(" |\n");
}

}  // namespace

void add_dumps(TextBuffer& out, std::span<const event::Dump> dumps) {
  for (const event::Dump& dump : dumps) {
    if (dump.vector >= 0) {
      out.add(" = ");
      out.add_decimal(dump.buffers);
      out.add(" buffers in vector ");
      out.add_signed(dump.vector);
      out.add('\n');
    }
    if (dump.buffer >= 0) {
      out.add(" * ");
      out.add_decimal(dump.bytes.size());
      out.add(" bytes in buffer ");
      out.add_signed(dump.buffer);
      out.add('\n');
    }
    for (size_t offset = 0; offset < dump.bytes.size(); offset += row_size) add_row(out, dump.bytes, offset);
  }
}

}  // namespace sysray::sink
