#include "describe/measure.h"

namespace sysray::describe {

namespace {

// Value of an expression that is a constant; 0 for others (whose size is not fixed).
u64 constant_value(const Model& model, u32 expr, Target target) {
  if (expr == none) return 0;
  const Range code = model.exprs[expr].code;
  const Instruction& only = model.instructions[code.first];
  if (code.count != 1) return 0;
  if (only.op == Op::constant) return model.numbers[only.operand].value[target.layout_index()];
  if (only.op == Op::size_of) return size_of(model, only.operand, target);
  return 0;
}

u64 semantic_size(const Model& model, const Type& type, Target target) {
  if (u32 width = integer_width(type, target)) return width;
  switch (type.semantic) {
    case Semantic::ipv4: return 4;
    case Semantic::ipv6:
    case Semantic::uuid: return 16;
    case Semantic::sigset: return type.count == none ? 8 : constant_value(model, type.count, target);
    case Semantic::fdset: return 128;
    case Semantic::mac: return constant_value(model, type.count, target);
    default: return 0;
  }
}

u64 array_size(const Model& model, const Type& type, Target target) {
  const u64 n = constant_value(model, type.count, target);
  if (type.array == ArrayKind::counted) return n * size_of(model, type.ref, target);
  return type.array == ArrayKind::bytes ? n : 0;
}

}  // namespace

u32 size_of(const Model& model, u32 index, Target target) {
  if (index == none) return 0;
  const Type& type = model.types[index];
  if (type.room != 0) return type.room;
  switch (type.kind) {
    case TypeKind::none:
    case TypeKind::custom: return 0;
    case TypeKind::integer:
    case TypeKind::set: return integer_width(type, target);
    case TypeKind::format: {
      const u32 width = integer_width(type, target);
      return width != 0 ? width : model.formats[type.ref].size[target.layout_index()];
    }
    case TypeKind::address:
    case TypeKind::pointer: return target.word();
    case TypeKind::semantic: return static_cast<u32>(semantic_size(model, type, target));
    case TypeKind::string:
    case TypeKind::path:
    case TypeKind::chars: return static_cast<u32>(constant_value(model, type.count, target));
    case TypeKind::array: return static_cast<u32>(array_size(model, type, target));
    case TypeKind::structure: return model.structs[type.ref].size[target.layout_index()];
    case TypeKind::union_type: return model.unions[type.ref].size[target.layout_index()];
  }
  return 0;
}

}  // namespace sysray::describe
