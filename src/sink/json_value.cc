// Every kind of Value in its JSON form.
#include "sink/json_value.h"

#include <string>

#include "sink/value_bits.h"

namespace sysray::sink {

using event::IntStyle;
using event::Value;
using event::ValueKind;

namespace {

// Text goes as a string, other bytes in hex.
template <size_t n>
void text_or_hex(JsonWriter& json, const char (&key)[n], std::string_view bytes) {
  if (is_utf8(bytes)) {
    json.key(key);
    json.string(bytes);
  } else {
    json.key("hex");
    json.hex_bytes(bytes);
  }
}

}  // namespace

void JsonValueWriter::value(JsonWriter& json, const Value& value) {
  switch (value.kind) {
    case ValueKind::none: return json.null();
    case ValueKind::integer: return integer(json, value);
    case ValueKind::address: return address(json, value);
    case ValueKind::symbol: return symbol(json, value);
    case ValueKind::flags: return flags(json, value);
    case ValueKind::string: return string(json, value);
    case ValueKind::structure: return structure(json, value);
    case ValueKind::array: return array(json, value);
    case ValueKind::change: return change(json, value);
    case ValueKind::format: return format(json, value);
    case ValueKind::literal:
    case ValueKind::word:
      json.begin_object();
      json.key("word");
      json.string(value.text());
      comment(json, value);
      return json.end_object();
    case ValueKind::fd: return descriptor(json, value);
    case ValueKind::pid: return process(json, value);
  }
}

void JsonValueWriter::members(JsonWriter& json, std::span<const Value> values) {
  size_t place = 0;
  members(json, values, place);
}

void JsonValueWriter::members(JsonWriter& json, std::span<const Value> values, size_t& place) {
  for (const Value& field : values) {
    if (field.kind == ValueKind::none) continue;
    if (field.kind == ValueKind::structure && field.inlined) {
      members(json, field.items(), place);
      continue;
    }
    place++;
    if (field.name != nullptr) {
      json.name(field.name);
    } else {
      json.name(place);
    }
    value(json, field);
  }
}

void JsonValueWriter::names(JsonWriter& json, std::span<const Value> values, u32 which) {
  size_t place = 0;
  for (size_t i = 0; i < values.size(); i++) name(json, values[i], which >> i & 1, place);
}

void JsonValueWriter::name(JsonWriter& json, const Value& value, bool wanted, size_t& place) {
  if (value.kind == ValueKind::none) return;
  if (value.kind == ValueKind::structure && value.inlined) {
    for (const Value& field : value.items()) name(json, field, wanted, place);
    return;
  }
  place++;
  if (!wanted) return;
  if (value.name != nullptr) {
    json.string(value.name);
  } else {
    json.string(std::to_string(place));
  }
}

void JsonValueWriter::elements(JsonWriter& json, std::span<const Value> values) {
  json.begin_array();
  for (const Value& item : values)
    if (item.kind != ValueKind::none) value(json, item);
  json.end_array();
}

void JsonValueWriter::bare_number(JsonWriter& json, const Value& value) {
  if (is_minus_one(value)) return json.signed_number(-1);
  if (value.style == IntStyle::signed_decimal || value.signed_symbol)
    json.signed_number(static_cast<s64>(value.number));
  else
    json.number(bits_of(value));
}

void JsonValueWriter::integer(JsonWriter& json, const Value& value) {
  if (value.comment == nullptr) return bare_number(json, value);
  json.begin_object();
  json.key("integer");
  bare_number(json, value);
  comment(json, value);
  json.end_object();
}

void JsonValueWriter::comment(JsonWriter& json, const Value& value) {
  if (value.comment == nullptr) return;
  json.key("comment");
  json.string(value.comment);
}

void JsonValueWriter::security(JsonWriter& json, const Value& value) {
  if (value.security == nullptr) return;
  json.key("selinux");
  json.string(value.security);
}

void JsonValueWriter::address(JsonWriter& json, const Value& value) {
  json.begin_object();
  json.key("address");
  json.hex(value.number);
  comment(json, value);
  json.end_object();
}

void JsonValueWriter::symbol(JsonWriter& json, const Value& value) {
  json.begin_object();
  json.key("value");
  bare_number(json, value);
  if (value.count > 0) {
    json.key("name");
    json.string(value.text());
    comment(json, value);
  }
  if (value.annotation != nullptr) target(json, *value.annotation);
  security(json, value);
  json.end_object();
}

void JsonValueWriter::flags(JsonWriter& json, const Value& value) {
  json.begin_object();
  json.key("value");
  bare_number(json, value);
  json.key("set");
  json.begin_array();
  for (const Value& item : value.items()) {
    if (item.kind == ValueKind::symbol && item.count > 0)
      json.string(item.text());
    else if (item.kind != ValueKind::none)
      this->value(json, item);
  }
  json.end_array();
  json.end_object();
}

void JsonValueWriter::string(JsonWriter& json, const Value& value) {
  const std::string_view bytes = value.text();
  if (!value.truncated && !value.hex && value.comment == nullptr && value.security == nullptr && is_utf8(bytes))
    return json.string(bytes);
  json.begin_object();
  if (value.hex) {
    json.key("hex");
    json.hex_bytes(bytes);
  } else {
    text_or_hex(json, "text", bytes);
  }
  if (value.truncated) {
    json.key("truncated");
    json.boolean(true);
  }
  security(json, value);
  comment(json, value);
  json.end_object();
}

void JsonValueWriter::structure(JsonWriter& json, const Value& value) {
  json.begin_object();
  json.key("fields");
  json.begin_object();
  members(json, value.items());
  json.end_object();
  if (value.more) {
    json.key("more");
    json.boolean(true);
  }
  comment(json, value);
  json.end_object();
}

void JsonValueWriter::array(JsonWriter& json, const Value& value) {
  if (value.abbreviated) return address(json, value);
  if (!value.more && !value.fault && !value.inverted && value.comment == nullptr) return elements(json, value.items());
  json.begin_object();
  json.key("items");
  elements(json, value.items());
  if (value.inverted) {
    json.key("inverted");
    json.boolean(true);
  }
  if (value.more || value.fault) {
    json.key("more");
    json.boolean(true);
  }
  if (value.fault) {
    json.key("fault");
    json.hex(value.number);
  }
  comment(json, value);
  json.end_object();
}

void JsonValueWriter::change(JsonWriter& json, const Value& value) {
  const auto sides = value.items();
  if (sides.size() != 2) return json.null();
  json.begin_object();
  json.key("before");
  this->value(json, sides[0]);
  json.key("after");
  this->value(json, sides[1]);
  json.end_object();
}

void JsonValueWriter::format(JsonWriter& json, const Value& value) {
  scratch_.clear();
  Value shown = value;
  shown.comment = nullptr;
  text_.value(scratch_, shown);
  json.begin_object();
  json.key("format");
  json.string(scratch_.view());
  json.key("parts");
  json.begin_object();
  size_t place = 0;
  for (const Value& piece : value.items())
    if (piece.kind != ValueKind::literal) members(json, {&piece, 1}, place);
  json.end_object();
  if (value.annotation != nullptr) {
    json.key("raw");
    this->value(json, *value.annotation);
  }
  comment(json, value);
  json.end_object();
}

void JsonValueWriter::descriptor(JsonWriter& json, const Value& value) {
  json.begin_object();
  json.key("fd");
  json.signed_number(static_cast<s64>(value.number));
  if (value.count > 0) text_or_hex(json, "target", value.text());
  if (value.annotation != nullptr) {
    if (value.count == 0) {
      target(json, *value.annotation);
    } else {
      json.key("details");
      this->value(json, *value.annotation);
    }
  }
  if (value.deleted) {
    json.key("deleted");
    json.boolean(true);
  }
  security(json, value);
  comment(json, value);
  json.end_object();
}

void JsonValueWriter::target(JsonWriter& json, const Value& target) {
  if (target.kind == ValueKind::string) {
    text_or_hex(json, "target", target.text());
  } else {
    json.key("details");
    value(json, target);
  }
  if (target.deleted) {
    json.key("deleted");
    json.boolean(true);
  }
}

void JsonValueWriter::process(JsonWriter& json, const Value& value) {
  json.begin_object();
  json.key("pid");
  json.signed_number(static_cast<s64>(value.number));
  if (value.count > 0) {
    json.key("name");
    json.string(value.text());
  }
  if (value.annotation != nullptr) {
    json.key("ids");
    this->value(json, *value.annotation);
  }
  security(json, value);
  comment(json, value);
  json.end_object();
}

}  // namespace sysray::sink
