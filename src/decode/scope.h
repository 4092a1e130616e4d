// Scope: what the names in a description's expression mean at one place of decoding, and their evaluation.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "base/types.h"
#include "describe/measure.h"
#include "describe/model.h"
#include "event/memory_view.h"
#include "event/raw_event.h"
#include "resolve/resolver.h"

namespace sysray::decode {

// Fields of structs as of entry, by their addresses: those that old() names.
class OldFields {
 public:
  void clear() {
    kept_.clear();
    next_ = 0;
  }
  void keep(u64 address, u64 value);
  std::optional<u64> find(u64 address) const;

 private:
  struct Kept {
    u64 address;
    u64 value;
  };
  std::vector<Kept> kept_;
  mutable size_t next_ = 0;  // where the next one is likely to be
};

// A call as far as it is known: registers at entry, the result at exit.
struct CallState {
  event::Abi abi{};
  Tid tid{};
  std::array<u64, 6> registers{};
  u64 stack_pointer = 0;
  event::SocketFact socket;
  bool at_exit = false;
  bool verbose = false;  // structures are not abbreviated
  bool failed = false;
  s64 result = 0;
  u16 error = 0;
  // Integers behind inout pointers as of entry: by absolute field number of the argument.
  struct Saved {
    u32 field;
    u64 value;
  };
  std::array<Saved, 6> saved{};
  u8 saved_count = 0;
  OldFields* old_fields = nullptr;

  // Becomes that of a call whose entry is `raw`.
  void begin(const event::RawEvent& raw, OldFields& fields) {
    abi = raw.abi;
    tid = raw.tid;
    registers = raw.args;
    stack_pointer = raw.stack_pointer;
    socket = raw.socket;
    at_exit = verbose = failed = false;
    result = 0;
    error = 0;
    saved_count = 0;
    old_fields = &fields;
  }
};

struct Scope {
  std::span<const u64> slots;                   // parameters, then the carry variable; or a format's variable
  const describe::Struct* structure = nullptr;  // whose fields are visible
  const u8* data = nullptr;                     // its bytes
  size_t available = 0;                         // how many of them exist
  RemoteAddress address;                        // where they lie
  u64 index = 0;                                // of the array element
  u64 extent = 0;                               // bytes left in what encloses
  u64 filled_from = 0;     // not 0: address from which on zeros stand for what the extent lacks of a number
  bool shows_cut = false;  // a field that the extent cuts is shown as the bytes that are left of it
};

// Which layout the tables are to be read with.
inline describe::Layout layout_of(event::Abi abi) {
  return abi == event::Abi::i386 ? describe::Layout::i386 : describe::Layout::lp64;
}
inline u32 word_size(event::Abi abi) { return abi == event::Abi::x86_64 ? 8 : 4; }

// Bytes of an integer type for an ABI.
inline u32 integer_width(const describe::Type& type, event::Abi abi) {
  return describe::integer_width(type, {static_cast<u32>(abi)});
}

// The value truncated to the type's width, then extended by its sign.
inline u64 extend(u64 value, u32 width, bool is_signed) {
  if (width == 0 || width >= 8) return value;
  const u32 shift = 64 - width * 8;
  return is_signed ? static_cast<u64>(static_cast<s64>(value << shift) >> shift) : value << shift >> shift;
}

// Loads an integer of `width` bytes (1 .. 8) in the given byte order.
inline u64 load(const u8* from, u32 width, bool big_endian) {
  u64 value = 0;
  if (big_endian) {
    for (u32 i = 0; i < width; i++) value = value << 8 | from[i];
    return value;
  }
  switch (width) {  // copies of a fixed size are one instruction
    case 1: return *from;
    case 2: memcpy(&value, from, 2); break;
    case 4: memcpy(&value, from, 4); break;
    case 8: memcpy(&value, from, 8); break;
    default: memcpy(&value, from, width < 8 ? width : 8); break;
  }
  return value;
}

class Evaluator {
 public:
  Evaluator(const describe::Model& model, const CallState& call, event::MemoryView& memory, resolve::Resolver& resolver)
      : model_(model), call_(call), memory_(memory), resolver_(resolver) {}

  // Evaluates an expression. What cannot be read counts as 0, division by 0 gives 0: hostile data never fail.
  u64 value(u32 expr, const Scope& scope) const {
    const describe::Range code = model_.exprs[expr].code;
    if (code.count == 1) {
      const describe::Instruction& only = model_.instructions[code.first];
      if (only.op == describe::Op::constant)
        return model_.numbers[only.operand].value[static_cast<size_t>(layout_of(call_.abi))];
      if (only.op == describe::Op::argument) return argument(model_.fields[only.operand]);
      if (only.op == describe::Op::result) return static_cast<u64>(call_.result);
    }
    return computed(code, scope);
  }
  // The value, or `otherwise` if there is no expression.
  u64 value_or(u32 expr, const Scope& scope, u64 otherwise) const {
    return expr == describe::none ? otherwise : value(expr, scope);
  }
  // Value of a field of the scope's structure.
  u64 field(u32 field, const Scope& scope) const;
  // Value of the register (or expression) of an argument.
  u64 argument(const describe::Field& field) const {
    if (call_.abi != event::Abi::x86_64 || field.from_expression) return unusual_argument(field);
    const u32 slot = field.offset[static_cast<size_t>(describe::Layout::lp64)];
    if (slot >= call_.registers.size()) return 0;
    const describe::Type& type = model_.types[field.type];
    return extend(call_.registers[slot], integer_width(type, call_.abi), type.is_signed);
  }
  // The integer behind a pointer argument, now; nullopt if unreadable.
  std::optional<u64> pointed(const describe::Field& field) const;

 private:
  u64 unusual_argument(const describe::Field& field) const;
  u64 computed(describe::Range code, const Scope& scope) const;
  u64 load_field(const describe::Field& field, const u8* data, size_t available) const;
  // How many of the bytes at hand came from the tracee.
  static size_t there(const Scope& scope) {
    if (scope.filled_from == 0) [[likely]]
      return scope.available;
    const u64 at = scope.address.value;
    return scope.filled_from <= at ? 0 : std::min<u64>(scope.available, scope.filled_from - at);
  }
  u64 old_field(u32 number, const Scope& scope) const;
  u64 nested_field(u32 list, const Scope& scope) const;
  u64 old_value(u32 field) const;
  int socket_protocol(int descriptor) const;
  u64 argument_member(u32 list) const;
  bool whole(const describe::Field& argument) const;

  const describe::Model& model_;
  const CallState& call_;
  event::MemoryView& memory_;
  resolve::Resolver& resolver_;
};

}  // namespace sysray::decode
