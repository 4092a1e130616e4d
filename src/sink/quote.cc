// Quoting of strings, by a table of what each byte needs.
#include "sink/quote.h"

#include <array>

#include "sink/plain_run.h"

namespace sysray::sink {

namespace {

// What a byte needs: 0 nothing, 1 a numeric escape, else this character behind a backslash.
using EscapeTable = std::array<char, 256>;

constexpr EscapeTable make_table(bool brackets) {
  EscapeTable table{};
  for (size_t c = 0; c < 256; c++) table[c] = c < ' ' || c > '~' ? 1 : 0;
  table['"'] = '"';
  table['\\'] = '\\';
  table['\t'] = 't';
  table['\n'] = 'n';
  table['\v'] = 'v';
  table['\f'] = 'f';
  table['\r'] = 'r';
  if (brackets) table['<'] = table['>'] = 1;
  return table;
}

constexpr EscapeTable quotes_table = make_table(false);
constexpr EscapeTable brackets_table = make_table(true);
constexpr char hex_digits[] = "0123456789abcdef";

char* put_hex(char* to, u8 byte) {
  *to++ = '\\';
  *to++ = 'x';
  *to++ = hex_digits[byte >> 4];
  *to++ = hex_digits[byte & 15];
  return to;
}

// Three digits if a digit follows that would be taken for a part of the escape.
char* put_octal(char* to, u8 byte, bool digit_follows) {
  *to++ = '\\';
  if (digit_follows || byte > 077) *to++ = static_cast<char>('0' + (byte >> 6));
  if (digit_follows || byte > 07) *to++ = static_cast<char>('0' + ((byte >> 3) & 7));
  *to++ = static_cast<char>('0' + (byte & 7));
  return to;
}

bool is_plain_text(std::string_view bytes) {
  for (const char c : bytes)
    if (quotes_table[static_cast<u8>(c)] == 1) return false;
  return true;
}

char* put_escaped(char* to, std::string_view bytes, const EscapeTable& table, bool hex) {
  const size_t size = bytes.size();
  size_t i = 0;
  while (i < size) {
    if (&table == &quotes_table) {
      const size_t plain = copy_plain(to, bytes.data() + i, size - i);
      to += plain;
      i += plain;
    }
    while (i < size && table[static_cast<u8>(bytes[i])] == 0) *to++ = bytes[i++];
    if (i == size) break;
    const auto byte = static_cast<u8>(bytes[i]);
    const char escape = table[byte];
    i++;
    if (escape != 1) {
      *to++ = '\\';
      *to++ = escape;
    } else if (hex) {
      to = put_hex(to, byte);
    } else {
      to = put_octal(to, byte, i < size && bytes[i] >= '0' && bytes[i] <= '7');
    }
  }
  return to;
}

}  // namespace

void add_quoted(TextBuffer& out, std::string_view bytes, HexStrings hex_strings, QuoteMarks marks) {
  const bool brackets = marks == QuoteMarks::brackets;
  char* to = out.room(bytes.size() * 4 + 2 + 8);
  *to++ = brackets ? '<' : '"';
  if (hex_strings == HexStrings::all || (hex_strings == HexStrings::non_ascii && !is_plain_text(bytes))) {
    for (const char c : bytes) to = put_hex(to, static_cast<u8>(c));
  } else {
    to = put_escaped(to, bytes, brackets ? brackets_table : quotes_table, hex_strings == HexStrings::non_ascii_chars);
  }
  *to++ = brackets ? '>' : '"';
  out.commit(to);
}

}  // namespace sysray::sink
