// Values as JSON: docs/json.md says how each kind looks, docs/json-schema.json checks it.
#pragma once

#include "event/event.h"
#include "sink/json_writer.h"
#include "sink/text_options.h"
#include "sink/text_value.h"

namespace sysray::sink {

class JsonValueWriter {
 public:
  JsonValueWriter() : text_(plain_), scratch_(256) {}

  void value(JsonWriter& json, const event::Value& value);
  // Named values as the members of an object that is open; those without a name are called by their place ("1").
  void members(JsonWriter& json, std::span<const event::Value> values);
  // The names that members() gives to some of them, by the bits of their places; as elements of an array that is open.
  void names(JsonWriter& json, std::span<const event::Value> values, u32 which);

 private:
  using Value = event::Value;

  void integer(JsonWriter& json, const Value& value);
  void bare_number(JsonWriter& json, const Value& value);
  void address(JsonWriter& json, const Value& value);
  void symbol(JsonWriter& json, const Value& value);
  void flags(JsonWriter& json, const Value& value);
  void string(JsonWriter& json, const Value& value);
  void structure(JsonWriter& json, const Value& value);
  void array(JsonWriter& json, const Value& value);
  void change(JsonWriter& json, const Value& value);
  void format(JsonWriter& json, const Value& value);
  void descriptor(JsonWriter& json, const Value& value);
  void process(JsonWriter& json, const Value& value);
  void target(JsonWriter& json, const Value& target);
  void comment(JsonWriter& json, const Value& value);
  void security(JsonWriter& json, const Value& value);
  void members(JsonWriter& json, std::span<const Value> values, size_t& place);
  void name(JsonWriter& json, const Value& value, bool wanted, size_t& place);
  void elements(JsonWriter& json, std::span<const Value> values);

  TextOptions plain_;  // formats show their text as with default options
  ValueWriter text_;
  TextBuffer scratch_;
};

}  // namespace sysray::sink
