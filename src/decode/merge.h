// Merge: an argument as of entry and as of exit, as one value: `a => b`, or a struct whose fields say by their
// directions which moment they are of.
#pragma once

#include "decode/value_builder.h"

namespace sysray::decode {

class Merge {
 public:
  Merge(const describe::Model& model, Arena& arena) : model_(model), arena_(arena) {}

  // `a => b`.
  event::Value changed(const event::Value& before, const event::Value& after);
  // What was passed in, of an argument that holds `address` and whose other half the call did not deliver.
  event::Value given(const describe::Field& field, const event::Value& before, const event::Value& address);
  // Both halves.
  event::Value merged(const describe::Field& field, const event::Value& before, const event::Value& after);

 private:
  // The struct with fields of directions that values of this type (or their elements) are; nullptr if they are none.
  const describe::Struct* directed(u32 type) const;
  event::Value structures(const describe::Struct& st, const event::Value& before, const event::Value& after);
  event::Value arrays(const describe::Struct& st, const event::Value& before, const event::Value& after);
  event::Value both(const describe::Field* field, const event::Value& before, const event::Value& after);
  const describe::Field* field_named(describe::Range fields, const char* name) const;
  bool only_out(const describe::Struct& st, const event::Value& item) const;
  bool hides_out(describe::Range fields) const;

  const describe::Model& model_;
  Arena& arena_;
};

// Whether two values would be shown alike.
bool same_value(const event::Value& a, const event::Value& b);

}  // namespace sysray::decode
