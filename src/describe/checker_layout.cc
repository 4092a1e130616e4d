// Layout: sizes, alignments and offsets by the rules of C for each ABI.
#include <algorithm>

#include "describe/checker.h"

namespace sysray::describe {

namespace {

constexpr u64 max_size = 1 << 24;  // bytes of a described type

u64 round_up(u64 value, u64 alignment) {
  return alignment <= 1 ? value : (value + alignment - 1) / alignment * alignment;
}

u32 width_in(const Type& type, u32 layout) {
  const bool lp64 = layout == static_cast<u32>(Layout::lp64);
  if (type.width == width_long || type.width == width_klong) return lp64 ? 8 : 4;
  return type.width;
}

// i386 aligns 8 byte integers to 4 (System V ABI, i386 supplement).
u32 alignment_of_width(u32 width, u32 layout) {
  return layout == static_cast<u32>(Layout::i386) ? std::min<u32>(width, 4) : width;
}

}  // namespace

std::optional<u64> Checker::fixed_count(u32 expr, u32 layout) const {
  if (expr == none) return std::nullopt;
  const Range code = tables_.exprs[expr].code;
  if (code.count != 1) return std::nullopt;
  const Instruction& only = tables_.instructions[code.first];
  if (only.op != Op::constant) return std::nullopt;
  for (auto [number, constant] : pending_)
    if (number == only.operand)
      return constants_[constant].state == 2 ? std::optional(constants_[constant].values.value[layout]) : std::nullopt;
  return tables_.numbers[only.operand].value[layout];
}

Extent Checker::string_extent(const Type& type) {
  Extent extent;
  for (u32 layout = 0; layout < layout_count; layout++) {
    auto count = fixed_count(type.count, layout);
    extent.size[layout] = count.value_or(0);
    extent.dynamic |= !count.has_value();
  }
  return extent;
}

Extent Checker::extent_of(u32 index) {
  Extent extent = index == none ? Extent{} : own_extent(index);
  if (index == none || tables_.types[index].room == 0) return extent;
  std::fill_n(extent.size, layout_count, tables_.types[index].room);
  extent.dynamic = false;
  return extent;
}

// Without @room.
Extent Checker::own_extent(u32 index) {
  Extent extent;
  const Type type = tables_.types[index];
  switch (type.kind) {
    case TypeKind::none: return extent;
    case TypeKind::string:
    case TypeKind::path:
    case TypeKind::chars: return string_extent(type);
    case TypeKind::custom: extent.dynamic = true; return extent;
    case TypeKind::format:
      if (type.width != 0) break;
      return format_extent(type.ref);
    case TypeKind::structure:
      lay_out(type.ref);
      for (u32 layout = 0; layout < layout_count; layout++) {
        extent.size[layout] = tables_.structs[type.ref].size[layout];
        extent.alignment[layout] = tables_.structs[type.ref].alignment[layout];
      }
      extent.dynamic = tables_.structs[type.ref].flexible;
      return extent;
    case TypeKind::union_type:
      fill_union(type.ref);
      for (u32 layout = 0; layout < layout_count; layout++) {
        extent.size[layout] = tables_.unions[type.ref].size[layout];
        extent.alignment[layout] = std::max<u32>(tables_.unions[type.ref].alignment[layout], 1);
      }
      extent.dynamic = extent.size[0] == 0;
      return extent;
    case TypeKind::array: {
      // A chain's records may hold chains of the same kind: its extent must not ask for theirs.
      if (type.array == ArrayKind::chain) {
        extent.dynamic = true;
        return extent;
      }
      const Extent element = extent_of(type.ref);
      extent = element;
      for (u32 layout = 0; layout < layout_count; layout++) {
        auto count = type.array == ArrayKind::counted || type.array == ArrayKind::bytes
                         ? fixed_count(type.count, layout)
                         : std::nullopt;
        if (!count) extent.dynamic = true;
        const u64 n = count.value_or(0);
        extent.size[layout] = type.array == ArrayKind::bytes ? n : n * element.size[layout];
        if (n > max_size || extent.size[layout] > max_size) extent.size[layout] = 0;
      }
      return extent;
    }
    default: break;
  }
  for (u32 layout = 0; layout < layout_count; layout++) {
    u32 width = width_in(type, layout);
    if (type.kind == TypeKind::pointer || type.kind == TypeKind::address) width = layout == 0 ? 8 : 4;
    if (type.kind == TypeKind::semantic && width == 0) {
      switch (type.semantic) {
        case Semantic::ipv4: width = 4; break;
        case Semantic::ipv6:
        case Semantic::uuid: width = 16; break;
        case Semantic::sigset:
          width = static_cast<u32>(type.count == none ? 8 : fixed_count(type.count, layout).value_or(0));
          break;
        case Semantic::mac:
          width = static_cast<u32>(type.count == none ? 6 : fixed_count(type.count, layout).value_or(0));
          break;
        default:
          width = static_cast<u32>(type.count == none ? 128 : (fixed_count(type.count, layout).value_or(0) + 7) / 8);
      }
      extent.size[layout] = width;
      // Their members in the kernel's headers: words of 4 bytes in IPv4 and sets of longs; bytes in the others.
      extent.alignment[layout] = type.semantic == Semantic::ipv4     ? 4
                                 : type.semantic == Semantic::ipv6   ? 4
                                 : type.semantic == Semantic::sigset ? (layout == 0 ? 8 : 4)
                                                                     : 1;
      extent.dynamic |= width == 0;
      continue;
    }
    extent.size[layout] = width;
    extent.alignment[layout] = std::max<u32>(alignment_of_width(width, layout), 1);
  }
  return extent;
}

void Checker::lay_out_bits(Field& field, const Type& type, Values& bits, bool packed) {
  for (u32 layout = 0; layout < layout_count; layout++) {
    const u64 unit = u64{width_in(type, layout)} * 8;
    if (unit == 0) continue;
    u64 at = bits.value[layout];
    // gcc, x86: a bit-field does not cross the boundary of its declared type.
    if (!packed && at / unit != (at + field.bit_width - 1) / unit) at = round_up(at, unit);
    field.offset[layout] = static_cast<u32>(at / unit * (unit / 8));
    if (layout == 0) field.bit_offset = static_cast<u8>(at % unit);
    bits.value[layout] = at + field.bit_width;
  }
}

void Checker::lay_out_fields(Range range, bool packed, Values& at, Values& bits, Extent& whole, bool& dynamic) {
  for (u32 i = 0; i < range.count; i++) {
    const u32 index = range.first + i;
    if (tables_.fields[index].switch_index != none) {
      const Range arms = tables_.switches[tables_.fields[index].switch_index].arms;
      Values start = at;
      Extent arm_alignment;
      bool any_dynamic = false;
      // A first pass at offset 0 finds the alignment of the union, a second one lays its arms out.
      for (int pass = 0; pass < 2; pass++) {
        Values end = start;
        for (u32 a = 0; a < arms.count; a++) {
          Values own = start;
          Values own_bits{{own.value[0] * 8, own.value[1] * 8}};
          bool own_dynamic = dynamic;
          lay_out_fields(tables_.arms[arms.first + a].fields, packed, own, own_bits, arm_alignment, own_dynamic);
          any_dynamic |= own_dynamic;
          for (u32 layout = 0; layout < layout_count; layout++)
            end.value[layout] = std::max(end.value[layout], own.value[layout]);
        }
        if (pass == 0)
          for (u32 layout = 0; layout < layout_count; layout++)
            start.value[layout] =
                packed ? at.value[layout] : round_up(at.value[layout], arm_alignment.alignment[layout]);
        else
          at = end;
      }
      dynamic |= any_dynamic;
      for (u32 layout = 0; layout < layout_count; layout++) {
        at.value[layout] = packed ? at.value[layout] : round_up(at.value[layout], arm_alignment.alignment[layout]);
        bits.value[layout] = at.value[layout] * 8;
        whole.alignment[layout] = std::max(whole.alignment[layout], arm_alignment.alignment[layout]);
      }
      continue;
    }
    const u32 type_index = tables_.fields[index].type;
    if (type_index == none || tables_.fields[index].from_expression) continue;
    const Extent extent = extent_of(type_index);
    Field& field = tables_.fields[index];
    field.dynamic_offset = dynamic;
    if (field.bit_width != 0) {
      lay_out_bits(field, tables_.types[type_index], bits, packed);
      for (u32 layout = 0; layout < layout_count; layout++) {
        at.value[layout] = (bits.value[layout] + 7) / 8;
        if (!packed) whole.alignment[layout] = std::max(whole.alignment[layout], extent.alignment[layout]);
      }
      continue;
    }
    for (u32 layout = 0; layout < layout_count; layout++) {
      const u32 alignment = packed ? 1 : extent.alignment[layout];
      at.value[layout] = round_up(at.value[layout], alignment);
      field.offset[layout] = static_cast<u32>(at.value[layout]);
      at.value[layout] += extent.size[layout];
      bits.value[layout] = at.value[layout] * 8;
      whole.alignment[layout] = std::max(whole.alignment[layout], alignment);
    }
    dynamic |= extent.dynamic;
  }
}

void Checker::lay_out(u32 index) {
  if (structs_[index].layout_state == 2) return;
  if (structs_[index].layout_state == 1) {
    const ast::Declaration& written = *structs_[index].declaration;
    diagnostics_.error(written.position, "struct '" + written.name + "' contains itself");
    structs_[index].layout_state = 2;
    return;
  }
  // Inner structs are laid out by recursion; what the decoder shows is not nested as deeply either.
  constexpr int max_layout_depth = 64;
  if (layout_depth_ >= max_layout_depth) {
    diagnostics_.error(structs_[index].declaration->position,
                       "structs are nested too deeply (more than 64 in each other)");
    return;
  }
  layout_depth_++;
  structs_[index].layout_state = 1;
  fill_struct(index);
  const bool packed = tables_.structs[index].is_packed;
  Values at, bits;
  Extent whole;
  bool dynamic = false;
  lay_out_fields(tables_.structs[index].fields, packed, at, bits, whole, dynamic);
  Struct& st = tables_.structs[index];
  for (u32 layout = 0; layout < layout_count; layout++) {
    st.alignment[layout] = std::max(st.alignment[layout], whole.alignment[layout]);
    st.size[layout] = static_cast<u32>(std::min<u64>(round_up(at.value[layout], st.alignment[layout]), max_size));
  }
  st.flexible = dynamic;
  structs_[index].layout_state = 2;
  layout_depth_--;
}

}  // namespace sysray::describe
