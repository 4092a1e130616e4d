// Rendering of Values: numbers and their names.
#include "sink/text_value.h"

#include "sink/quote.h"
#include "sink/value_bits.h"

namespace sysray::sink {

using event::IntStyle;
using event::Value;
using event::ValueKind;

namespace {

void add_character(TextBuffer& out, u8 c) {
  if (c >= ' ' && c <= '~') {
    out.add('\'');
    if (c == '\'' || c == '\\') out.add('\\');
    out.add(static_cast<char>(c));
    return out.add('\'');
  }
  if (c == '\n') return out.add("'\\n'");
  out.add("'\\x");
  out.add_hex_digits(c, 2);
  out.add('\'');
}

void add_mode(TextBuffer& out, u64 bits) {
  if (bits >= 0100) return out.add_octal(bits);
  out.add('0');
  out.add(static_cast<char>('0' + (bits >> 3)));
  out.add(static_cast<char>('0' + (bits & 7)));
}

bool only_numbers(std::span<const Value> items) {
  for (const Value& item : items)
    if (item.kind != ValueKind::integer && (item.kind != ValueKind::symbol || item.count > 0)) return false;
  return true;
}

}  // namespace

void ValueWriter::show_adorned(TextBuffer& out, const Value& value, Mode mode) const {
  if (value.brackets) punctuation(out, "[");
  show_bare(out, value, mode);
  if (value.security != nullptr) {
    out.add(" [");
    out.add(std::string_view(value.security));
    out.add(']');
  }
  if (value.comment != nullptr && !hides_comment(value, mode)) comment(out, value.comment);
  if (value.brackets) punctuation(out, "]");
}

void ValueWriter::show_bare(TextBuffer& out, const Value& value, Mode mode) const {
  switch (value.kind) {
    case ValueKind::none: return;
    case ValueKind::integer: return number(out, value);
    case ValueKind::address:
      if (value.number == 0) return out.add("NULL");
      return out.add_hex(value.number);
    case ValueKind::symbol: return symbol(out, value, mode);
    case ValueKind::flags: return flags(out, value, mode);
    case ValueKind::string: return string(out, value);
    case ValueKind::structure: return structure(out, value, mode);
    case ValueKind::array: return array(out, value, mode);
    case ValueKind::change: return change(out, value, mode);
    case ValueKind::format: return format(out, value, mode);
    case ValueKind::literal:
      if (!value.abbrev_only || mode != Mode::comment) out.add(value.text());
      return;
    case ValueKind::fd: return descriptor(out, value, mode);
    case ValueKind::pid:
      out.add_signed(static_cast<s64>(value.number));
      if (value.count > 0) bracketed(out, value.text());
      return;
    case ValueKind::word: return word(out, value, mode);
  }
}

// A word that stands for bytes shows them with -X raw and verbose.
void ValueWriter::word(TextBuffer& out, const Value& value, Mode mode) const {
  const bool bytes = value.annotation != nullptr && (mode == Mode::raw || mode == Mode::verbose);
  if (!bytes) return out.add(value.text());
  show(out, *value.annotation, mode);
  if (mode == Mode::raw) return;
  ink(out, Ink::comment);
  out.add(" /* ");
  out.add(value.text());
  out.add(" */");
  ink(out, Ink::argument);
}

void ValueWriter::number(TextBuffer& out, const Value& value) const {
  if (value.negative_one && is_minus_one(value)) return out.add("-1");
  const u64 bits = bits_of(value);
  switch (value.style) {
    case IntStyle::signed_decimal: return out.add_signed(static_cast<s64>(value.number));
    case IntStyle::unsigned_decimal: return out.add_decimal(bits);
    case IntStyle::hex: return out.add_hex(bits);
    case IntStyle::hex_digits: return out.add_hex_digits(bits, value.width * 2u);
    case IntStyle::hex_padded:
      // As printf's %#018x: 0 has no prefix.
      if (bits != 0) out.add("0x");
      return out.add_hex_digits(bits, value.width * 2u);
    case IntStyle::octal: return out.add_octal(bits);
    case IntStyle::octal_mode: return add_mode(out, bits);
    case IntStyle::character: return add_character(out, static_cast<u8>(bits));
  }
}

// The number behind a name. Values without one show in the style of their own.
void ValueWriter::raw_number(TextBuffer& out, const Value& value) const {
  if (value.signed_symbol) return out.add_signed(static_cast<s64>(value.number));
  number(out, value);
}

void ValueWriter::symbol(TextBuffer& out, const Value& value, Mode mode) const {
  const bool named = value.count > 0;
  const bool by_name =
      named && !value.comment_only && (mode == Mode::abbrev || mode == Mode::comment || value.always_named);
  if (by_name) {
    painted(out, Ink::constant, value.text());
  } else {
    raw_number(out, value);
    if (named && mode != Mode::raw) {
      ink(out, Ink::comment);
      out.add(" /* ");
      out.add(value.text());
      out.add(" */");
      ink(out, Ink::argument);
    }
  }
  if (value.annotation != nullptr) target(out, *value.annotation, mode);
}

void ValueWriter::flags(TextBuffer& out, const Value& value, Mode mode) const {
  const bool by_name = (mode == Mode::abbrev && !value.comment_only) || mode == Mode::comment;
  if (by_name || value.always_named || (value.separate && value.count > 0))
    return flag_names(out, value, value.separate ? mode : Mode::abbrev);
  raw_number(out, value);
  if (mode == Mode::raw) return;
  if (only_numbers(value.items())) {
    for (const Value& item : value.items())
      if (item.comment != nullptr) return comment(out, item.comment);
    return;
  }
  ink(out, Ink::comment);
  out.add(" /* ");
  flag_names(out, value, Mode::comment);
  out.add(" */");
  ink(out, Ink::argument);
}

void ValueWriter::flag_names(TextBuffer& out, const Value& value, Mode mode) const {
  if (value.count == 0) return raw_number(out, value);
  bool any = false;
  for (const Value& item : value.items()) {
    if (item.kind == ValueKind::none) continue;
    if (any) punctuation(out, "|");
    any = true;
    if (item.kind == ValueKind::symbol && (mode == Mode::abbrev || mode == Mode::comment) && item.count > 0)
      painted(out, Ink::constant, item.text());
    else
      show(out, item, mode);
  }
}

// Names of a kind that has no such value ("SEEK_???") mean nothing beside a raw number.
bool ValueWriter::hides_comment(const Value& value, Mode mode) const {
  if (mode == Mode::comment) return value.kind == ValueKind::symbol && value.count == 0 && !value.always_named;
  if (mode != Mode::raw || value.always_named) return false;
  if (value.kind == ValueKind::symbol) return value.count == 0;
  if (value.kind == ValueKind::format) return value.raw_only;
  if (value.kind == ValueKind::structure) return true;  // a date
  return value.kind == ValueKind::flags;
}

void ValueWriter::comment(TextBuffer& out, const char* text) const {
  ink(out, Ink::comment);
  out.add(" /* ");
  out.add(std::string_view(text));
  out.add(" */");
  ink(out, Ink::argument);
}

void ValueWriter::string(TextBuffer& out, const Value& value) const {
  add_quoted(out, value.text(), value.hex ? HexStrings::all : options_.hex_strings);
  if (value.truncated) punctuation(out, "...");
}

void ValueWriter::bracketed(TextBuffer& out, std::string_view name) const {
  add_quoted(out, name, options_.hex_strings, QuoteMarks::brackets);
}

}  // namespace sysray::sink
