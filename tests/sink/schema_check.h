// Checks JSON against the part of JSON Schema that docs/json-schema.json uses; an unknown keyword is an error.
#pragma once

#include <optional>
#include <string>

#include "json_reader.h"

namespace sysray::test {

class Schema {
 public:
  explicit Schema(Json root) : root_(std::move(root)) {}
  // What is wrong with the value; nullopt if nothing is.
  std::optional<std::string> complaint(const Json& value) const { return check(root_, value, "$"); }

 private:
  using Complaint = std::optional<std::string>;
  Complaint check(const Json& schema, const Json& value, const std::string& path) const;
  Complaint keyword(const std::string& name, const Json& schema, const Json& argument, const Json& value,
                    const std::string& path) const;
  Complaint one_of(const Json& options, const Json& value, const std::string& path) const;
  Complaint properties(const Json& schema, const Json& value, const std::string& path) const;
  const Json& resolve(const std::string& reference) const;

  Json root_;
};

}  // namespace sysray::test
