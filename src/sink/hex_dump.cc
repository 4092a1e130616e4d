// Hex dumps behind the line of a call.
#include "sink/hex_dump.h"

#include <algorithm>

namespace sysray::sink {

namespace {

constexpr size_t row_size = 16;

// Digits of the offsets: enough for the last byte.
unsigned offset_digits(u64 size) {
  constexpr unsigned fewest = 5;
  unsigned digits = fewest;
  while (digits < 16 && size > u64{1} << (4 * digits)) digits++;
  return digits;
}

void add_row(TextBuffer& out, std::string_view bytes, size_t offset, unsigned digits) {
  const std::string_view row = bytes.substr(offset, row_size);
  out.add(" | ");
  out.add_hex_digits(offset, digits);
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

void add_lost(TextBuffer& out, const event::Dump& dump, Tid tid) {
  out.add(" | <Cannot fetch ");
  out.add_decimal(dump.lost);
  out.add(dump.lost == 1 ? " byte from pid " : " bytes from pid ");
  out.add_signed(number(tid));
  out.add(" @");
  out.add_hex(dump.lost_at);
  out.add(">\n");
}

}  // namespace

void add_dumps(TextBuffer& out, std::span<const event::Dump> dumps, Tid tid) {
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
    const unsigned digits = offset_digits(dump.wanted);
    for (size_t offset = 0; offset < dump.bytes.size(); offset += row_size) add_row(out, dump.bytes, offset, digits);
    if (dump.lost > 0) add_lost(out, dump, tid);
  }
}

}  // namespace sysray::sink
