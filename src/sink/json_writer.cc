// JSON strings: escaping by a table, UTF-8 checked as it passes.
#include "sink/json_writer.h"

#include <array>

#include "sink/plain_run.h"

namespace sysray::sink {

namespace {

// 0: stands for itself; 1: \u00xx; 2: part of a longer UTF-8 sequence; else the character behind a backslash.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> table{};
  for (size_t c = 0; c < ' '; c++) table[c] = 1;
  for (size_t c = 0x80; c < 256; c++) table[c] = 2;
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}

constexpr std::array<char, 256> escapes = make_escapes();
constexpr char hex_digits[] = "0123456789abcdef";

// Bytes of the well-formed sequence that starts here (the first byte is not ASCII); 0 if there is none.
size_t sequence_length(std::string_view rest) {
  const auto byte = [&](size_t i) { return static_cast<u8>(rest[i]); };
  const auto continues = [&](size_t i, u8 low = 0x80, u8 high = 0xbf) {
    return i < rest.size() && byte(i) >= low && byte(i) <= high;
  };
  const u8 lead = byte(0);
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    // No overlong forms, no surrogates.
    const u8 low = lead == 0xe0 ? 0xa0 : 0x80;
    const u8 high = lead == 0xed ? 0x9f : 0xbf;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const u8 low = lead == 0xf0 ? 0x90 : 0x80;
    const u8 high = lead == 0xf4 ? 0x8f : 0xbf;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

char* put_escape(char* to, u8 byte, char escape) {
  *to++ = '\\';
  if (escape != 1) {
    *to++ = escape;
    return to;
  }
  *to++ = 'u';
  *to++ = '0';
  *to++ = '0';
  *to++ = hex_digits[byte >> 4];
  *to++ = hex_digits[byte & 15];
  return to;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  size_t i = 0;
  while (i < bytes.size()) {
    if (static_cast<u8>(bytes[i]) < 0x80) {
      i++;
      continue;
    }
    const size_t length = sequence_length(bytes.substr(i));
    if (length == 0) return false;
    i += length;
  }
  return true;
}

void JsonWriter::quoted(std::string_view text) {
  char* to = out_.room(text.size() * 6 + 2 + 8);
  *to++ = '"';
  size_t i = copy_plain(to, text.data(), text.size());
  to += i;
  for (; i < text.size(); i++) {
    const auto byte = static_cast<u8>(text[i]);
    const char escape = escapes[byte];
    if (escape == 0) {
      *to++ = static_cast<char>(byte);
    } else if (escape != 2) {
      to = put_escape(to, byte, escape);
    } else if (const size_t length = sequence_length(text.substr(i)); length > 0) {
      for (size_t n = 0; n < length; n++) *to++ = text[i + n];
      i += length - 1;
    } else {
      for (const char c : {'\xef', '\xbf', '\xbd'}) *to++ = c;
    }
  }
  *to++ = '"';
  out_.commit(to);
}

void JsonWriter::hex_bytes(std::string_view bytes) {
  separate();
  char* to = out_.room(bytes.size() * 2 + 2);
  *to++ = '"';
  for (const char c : bytes) {
    *to++ = hex_digits[static_cast<u8>(c) >> 4];
    *to++ = hex_digits[static_cast<u8>(c) & 15];
  }
  *to++ = '"';
  out_.commit(to);
}

}  // namespace sysray::sink
