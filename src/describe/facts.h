// Facts: tables of what the kernel's headers say (tests/facts/README.md), which descriptions are measured against.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "describe/model.h"

namespace sysray::describe {

struct RecordField {
  std::string_view name;  // "a.b" for fields of inner records
  u32 offset = 0;         // bytes
  u32 size = 0;           // bytes; 0 for flexible arrays and bit-fields
  u32 bit_offset = 0;     // within the byte at `offset`
  u32 bit_size = 0;       // 0: no bit-field
};

struct Record {
  std::string_view name;  // "struct x", "union x", or a typedef's name
  std::string_view header;
  u32 size = 0;
  std::vector<RecordField> fields;
};

struct ConstantFact {
  std::string_view name;
  std::string_view header;
  u64 value[layout_count] = {0, 0};
  u32 width = 8;  // bytes of its C type
};

struct IoctlFact {
  std::string_view name;
  u64 code[layout_count] = {0, 0};
  bool has_parameters = false;  // the code is the one for zeros
  bool foreign = false;         // of another architecture
};

struct CallFact {
  std::string_view abi;
  std::string_view name;
  std::string_view entry;  // empty: not implemented
  u32 number = 0;
  u32 registers = 0;
};

struct Facts {
  std::vector<Record> records[layout_count];
  std::vector<ConstantFact> constants;
  std::vector<IoctlFact> ioctls;
  std::vector<CallFact> calls;
  std::unordered_map<std::string_view, u32> argument_counts;  // by entry
  std::deque<std::string> texts;                              // what the views above look at
};

// Reads the tables in a directory. Fails if one is missing or has a line of another form.
Result<Facts> read_facts(const std::string& directory);

}  // namespace sysray::describe
