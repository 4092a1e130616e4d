// Rendering of Values: what is made of other values.
#include "sink/text_value.h"

namespace sysray::sink {

using event::Value;
using event::ValueKind;

// A format that is shown raw stands for its field like any other value, so it needs the name that its text implied.
bool ValueWriter::shows_name(const Value& field, Mode mode) const {
  if (field.name == nullptr) return false;
  if (!field.unnamed) return true;
  return field.kind == ValueKind::format && field.annotation != nullptr && (mode == Mode::raw || mode == Mode::verbose);
}

bool ValueWriter::items(TextBuffer& out, std::span<const Value> values, bool with_names, bool any, Mode mode) const {
  for (const Value& value : values) {
    if (value.kind == ValueKind::none || (value.unless_raw && mode == Mode::raw)) continue;
    if (value.kind == ValueKind::structure && value.inlined) {
      any = items(out, value.items(), with_names, any, mode);
      continue;
    }
    if (any) punctuation(out, ", ");
    any = true;
    if ((with_names || value.labeled) && shows_name(value, mode)) {
      painted(out, Ink::argument_name, std::string_view(value.name));
      punctuation(out, "=");
    }
    show(out, value, mode);
  }
  return any;
}

void ValueWriter::structure(TextBuffer& out, const Value& value, Mode mode) const {
  if (!value.inlined) punctuation(out, value.tuple ? std::string_view("[") : std::string_view("{"));
  const bool any = items(out, value.items(), !value.tuple && !value.unnamed_fields, false, mode);
  if (value.more) {
    if (any) punctuation(out, ", ");
    punctuation(out, "...");
  }
  if (!value.inlined) punctuation(out, value.tuple ? std::string_view("]") : std::string_view("}"));
}

void ValueWriter::array(TextBuffer& out, const Value& value, Mode mode) const {
  if (value.abbreviated) {
    if (value.number == 0) return out.add("NULL");
    return out.add_hex(value.number);
  }
  punctuation(out, value.inverted ? std::string_view("~[") : std::string_view("["));
  bool any = false;
  for (const Value& item : value.items()) {
    if (item.kind == ValueKind::none) continue;
    if (any) punctuation(out, value.spaced ? std::string_view(" ") : std::string_view(", "));
    any = true;
    show(out, item, mode);
  }
  if (value.more || value.fault) {
    if (any) punctuation(out, value.spaced ? std::string_view(" ") : std::string_view(", "));
    punctuation(out, "...");
  }
  if (value.fault) {
    out.add(" /* ");
    out.add_hex(value.number);
    out.add(" */");
  }
  punctuation(out, "]");
}

void ValueWriter::change(TextBuffer& out, const Value& value, Mode mode) const {
  const auto sides = value.items();
  if (sides.size() != 2) return;
  show(out, sides[0], mode);
  out.add(" => ");
  show(out, sides[1], mode);
}

void ValueWriter::format(TextBuffer& out, const Value& value, Mode mode) const {
  const bool by_text = mode == Mode::abbrev || mode == Mode::comment || (mode == Mode::verbose && value.raw_only);
  if (value.annotation == nullptr || (by_text && !value.beside)) return pieces(out, value, mode);
  show(out, *value.annotation, mode);
  if (mode == Mode::raw) return;
  ink(out, Ink::comment);
  out.add(" /* ");
  pieces(out, value, value.nested && mode == Mode::verbose ? mode : Mode::comment);
  out.add(" */");
  ink(out, Ink::argument);
}

void ValueWriter::pieces(TextBuffer& out, const Value& value, Mode mode) const {
  // With -X raw the comments of a text are left out.
  bool in_comment = false;
  for (const Value& piece : value.items()) {
    if (piece.data_only) continue;
    const bool literal = mode == Mode::raw && piece.kind == ValueKind::literal;
    in_comment |= literal && piece.text().starts_with(" /*");
    if (!in_comment) show(out, piece, mode);
    if (literal && piece.text().ends_with("*/")) in_comment = false;
  }
}

void ValueWriter::descriptor(TextBuffer& out, const Value& value, Mode mode) const {
  out.add_signed(static_cast<s64>(value.number));
  if (value.count > 0 && !value.data_only) {
    bracketed(out, value.text());
    if (value.annotation != nullptr) {
      out.cut_back(out.size() - 1);
      show(out, *value.annotation, mode);
      out.add('>');
    }
  } else if (value.annotation != nullptr) {
    target(out, *value.annotation, mode);
  }
  if (value.deleted && !value.data_only) out.add("(deleted)");
}

void ValueWriter::target(TextBuffer& out, const Value& target, Mode mode) const {
  if (target.kind == ValueKind::string) {
    bracketed(out, target.text());
  } else {
    out.add('<');
    show(out, target, mode);
    out.add('>');
  }
  if (target.deleted) out.add("(deleted)");
}

}  // namespace sysray::sink
