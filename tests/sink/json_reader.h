// A strict JSON reader for the tests (RFC 8259): integers keep their text, so that 64 bits are exact; members keep
// their order; duplicate keys, bad escapes and bytes that aren't UTF-8 are errors.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sysray::test {

struct Json {
  enum class Type { null, boolean, number, string, array, object } type = Type::null;
  bool boolean = false;
  std::string text;  // of a string, or a number as written
  std::vector<Json> items;
  std::vector<std::pair<std::string, Json>> members;

  bool is_integer() const { return type == Type::number && text.find_first_of(".eE") == std::string::npos; }
  const Json* find(std::string_view key) const {
    for (const auto& [name, value] : members)
      if (name == key) return &value;
    return nullptr;
  }
  const Json& at(std::string_view key) const {
    if (const Json* found = find(key)) return *found;
    throw std::runtime_error("no member " + std::string(key));
  }
  bool operator==(const Json&) const = default;
};

// Throws std::runtime_error.
Json read_json(std::string_view text);

}  // namespace sysray::test
