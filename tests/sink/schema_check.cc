// The keywords of JSON Schema that the project's schema uses.
#include "schema_check.h"

#include <regex>

namespace sysray::test {

namespace {

bool has_type(const Json& value, const std::string& type) {
  switch (value.type) {
    case Json::Type::null: return type == "null";
    case Json::Type::boolean: return type == "boolean";
    case Json::Type::number: return type == "number" || (type == "integer" && value.is_integer());
    case Json::Type::string: return type == "string";
    case Json::Type::array: return type == "array";
    case Json::Type::object: return type == "object";
  }
  return false;
}

}  // namespace

const Json& Schema::resolve(const std::string& reference) const {
  const std::string prefix = "#/$defs/";
  if (reference.rfind(prefix, 0) != 0) throw std::runtime_error("reference " + reference);
  return root_.at("$defs").at(reference.substr(prefix.size()));
}

Schema::Complaint Schema::check(const Json& schema, const Json& value, const std::string& path) const {
  for (const auto& [name, argument] : schema.members)
    if (Complaint complaint = keyword(name, schema, argument, value, path)) return complaint;
  return {};
}

Schema::Complaint Schema::keyword(const std::string& name, const Json& schema, const Json& argument, const Json& value,
                                  const std::string& path) const {
  if (name == "$schema" || name == "$id" || name == "$defs" || name == "title" || name == "description") return {};
  if (name == "$ref") return check(resolve(argument.text), value, path);
  if (name == "type") return has_type(value, argument.text) ? Complaint() : path + " is not of type " + argument.text;
  if (name == "const") return value == argument ? Complaint() : path + " is not " + argument.text;
  if (name == "oneOf") return one_of(argument, value, path);
  if (name == "properties" || name == "additionalProperties") return properties(schema, value, path);
  if (name == "enum") {
    for (const Json& option : argument.items)
      if (option == value) return {};
    return path + " is none of the enum";
  }
  if (name == "required") {
    for (const Json& key : argument.items)
      if (value.find(key.text) == nullptr) return path + " lacks " + key.text;
    return {};
  }
  if (name == "items") {
    for (size_t i = 0; i < value.items.size(); i++)
      if (Complaint complaint = check(argument, value.items[i], path + "[" + std::to_string(i) + "]")) return complaint;
    return {};
  }
  if (name == "minItems")
    return value.items.size() >= std::stoul(argument.text) ? Complaint() : path + " has too few items";
  if (name == "minimum")
    return std::stod(value.text) >= std::stod(argument.text) ? Complaint() : path + " is too small";
  if (name == "pattern")
    return std::regex_match(value.text, std::regex(argument.text)) ? Complaint()
                                                                   : path + " does not match " + argument.text;
  throw std::runtime_error("unknown keyword " + name);
}

Schema::Complaint Schema::one_of(const Json& options, const Json& value, const std::string& path) const {
  size_t matches = 0;
  std::string complaints;
  for (const Json& option : options.items) {
    if (Complaint complaint = check(option, value, path))
      complaints += "\n  " + *complaint;
    else
      matches++;
  }
  if (matches == 1) return {};
  return path + " matches " + std::to_string(matches) + " of the alternatives" + complaints;
}

// Each member by its own schema, or by that of the others.
Schema::Complaint Schema::properties(const Json& schema, const Json& value, const std::string& path) const {
  const Json* named = schema.find("properties");
  const Json* others = schema.find("additionalProperties");
  for (const auto& [key, member] : value.members) {
    const std::string inner = path + "." + key;
    if (const Json* own = named != nullptr ? named->find(key) : nullptr) {
      if (Complaint complaint = check(*own, member, inner)) return complaint;
    } else if (others != nullptr && others->type == Json::Type::boolean) {
      if (!others->boolean) return inner + " is not allowed";
    } else if (others != nullptr) {
      if (Complaint complaint = check(*others, member, inner)) return complaint;
    }
  }
  return {};
}

}  // namespace sysray::test
