#include "decode/layout.h"

#include "decode/scope.h"

namespace sysray::decode {

using describe::ArrayKind;
using describe::Op;
using describe::Semantic;
using describe::Type;
using describe::TypeKind;

namespace {

// Value of an expression that is a constant; 0 for others (whose size is not fixed).
u64 constant_value(const describe::Model& model, u32 expr, event::Abi abi) {
  if (expr == describe::none) return 0;
  const describe::Range code = model.exprs[expr].code;
  const auto layout = static_cast<size_t>(layout_of(abi));
  const describe::Instruction& only = model.instructions[code.first];
  if (code.count != 1) return 0;
  if (only.op == Op::constant) return model.numbers[only.operand].value[layout];
  if (only.op == Op::size_of) return size_of(model, only.operand, abi);
  return 0;
}

u64 semantic_size(const describe::Model& model, const Type& type, event::Abi abi) {
  if (u32 width = integer_width(type, abi)) return width;
  switch (type.semantic) {
    case Semantic::ipv4: return 4;
    case Semantic::ipv6:
    case Semantic::uuid: return 16;
    case Semantic::sigset: return type.count == describe::none ? 8 : constant_value(model, type.count, abi);
    case Semantic::fdset: return 128;
    case Semantic::mac: return constant_value(model, type.count, abi);
    default: return 0;
  }
}

}  // namespace

u32 size_of(const describe::Model& model, u32 index, event::Abi abi) {
  if (index == describe::none) return 0;
  const Type& type = model.types[index];
  const auto layout = static_cast<size_t>(layout_of(abi));
  switch (type.kind) {
    case TypeKind::none: return 0;
    case TypeKind::integer:
    case TypeKind::set:
    case TypeKind::format: return integer_width(type, abi);
    case TypeKind::address:
    case TypeKind::pointer: return word_size(abi);
    case TypeKind::semantic: return static_cast<u32>(semantic_size(model, type, abi));
    case TypeKind::string:
    case TypeKind::path:
    case TypeKind::chars: return static_cast<u32>(constant_value(model, type.count, abi));
    case TypeKind::array: {
      u64 n = constant_value(model, type.count, abi);
      if (type.array == ArrayKind::counted) return static_cast<u32>(n * size_of(model, type.ref, abi));
      return type.array == ArrayKind::bytes ? static_cast<u32>(n) : 0;
    }
    case TypeKind::structure: return model.structs[type.ref].size[layout];
    case TypeKind::union_type: return model.unions[type.ref].size[layout];
    case TypeKind::custom: return 0;
  }
  return 0;
}

}  // namespace sysray::decode
