// JsonWriter: appends JSON tokens (RFC 8259) to a TextBuffer; commas and colons come by themselves.
#pragma once

#include <string_view>

#include "sink/text_buffer.h"

namespace sysray::sink {

class JsonWriter {
 public:
  explicit JsonWriter(TextBuffer& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  // A key that needs no escaping: a literal of the schema.
  template <size_t n>
  void key(const char (&name)[n]) {
    separate();
    out_.add('"');
    out_.add(name);
    out_.add("\":");
    first_ = true;
  }
  // Any other key.
  void name(std::string_view text) {
    separate();
    quoted(text);
    out_.add(':');
    first_ = true;
  }

  // The number as a key.
  void name(u64 number) {
    separate();
    out_.add('"');
    out_.add_decimal(number);
    out_.add("\":");
    first_ = true;
  }

  void string(std::string_view text) {
    separate();
    quoted(text);
  }
  void number(u64 value) {
    separate();
    out_.add_decimal(value);
  }
  void signed_number(s64 value) {
    separate();
    out_.add_signed(value);
  }
  void boolean(bool value) {
    separate();
    if (value)
      out_.add("true");
    else
      out_.add("false");
  }
  void null() {
    separate();
    out_.add("null");
  }
  // A string "0x1f".
  void hex(u64 value) {
    separate();
    out_.add("\"0x");
    out_.add_hex_digits(value);
    out_.add('"');
  }
  // A string of two digits a byte.
  void hex_bytes(std::string_view bytes);

 private:
  void separate() {
    if (!first_) out_.add(',');
    first_ = false;
  }
  void open(char bracket) {
    separate();
    out_.add(bracket);
    first_ = true;
  }
  void close(char bracket) {
    out_.add(bracket);
    first_ = false;
  }
  // Bytes that are not UTF-8 become U+FFFD.
  void quoted(std::string_view text);

  TextBuffer& out_;
  bool first_ = true;  // nothing stands before the next token that a comma must part it from
};

// Whether the bytes are well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view bytes);

}  // namespace sysray::sink
