// Values of structs, unions and formats whose bytes have been read.
#include <algorithm>

#include "decode/layout.h"
#include "decode/value_builder.h"

namespace sysray::decode {

using describe::ArrayKind;
using describe::Field;
using describe::none;
using describe::Semantic;
using describe::Struct;
using describe::TypeKind;
using event::Value;
using event::ValueKind;

namespace {

constexpr u32 max_depth = 24;  // of nested types: hostile data may point in circles

bool any_byte_set(const u8* from, size_t size) {
  return std::any_of(from, from + size, [](u8 byte) { return byte != 0; });
}

bool in_ranges(const describe::Model& model, describe::Range keys, s64 selector) {
  for (u32 i = 0; i < keys.count; i++) {
    const describe::KeyRange& key = model.key_ranges[keys.first + i];
    if (selector >= key.first && selector <= key.last) return true;
  }
  return false;
}

}  // namespace

std::span<const u64> ValueBuilder::slots(describe::Range arguments, const Scope& scope) {
  if (arguments.count == 0) return {};
  u64* values = arena_.make<u64>(arguments.count);
  for (u32 i = 0; i < arguments.count; i++)
    values[i] = evaluator_.value(model_.lists[arguments.first + i], scope);
  return {values, arguments.count};
}

Value ValueBuilder::unreadable(Bytes bytes) { return address(bytes.address.value); }

Value ValueBuilder::from_bytes(u32 index, Bytes bytes, const Scope& scope) {
  if (depth_ >= max_depth) return unreadable(bytes);
  depth_++;
  Value value = typed_bytes(model_.types[index], index, bytes, scope);
  depth_--;
  return value;
}

Value ValueBuilder::typed_bytes(const Type& type, u32 index, Bytes bytes, const Scope& scope) {
  if (type.size != none && type.kind != TypeKind::pointer)
    bytes.available = std::min<u64>(bytes.available, evaluator_.value(type.size, scope));
  switch (type.kind) {
    case TypeKind::none: return {};
    case TypeKind::string:
    case TypeKind::path:
    case TypeKind::chars: return inline_string(type, bytes, scope);
    case TypeKind::array: return inline_array(type, bytes, scope);
    case TypeKind::structure: return structure(type, bytes, scope);
    case TypeKind::union_type: return union_value(type, bytes, scope);
    default: break;
  }
  const bool is_pointer = type.kind == TypeKind::pointer || type.kind == TypeKind::address;
  const u32 width = is_pointer ? word_size(call_.abi) : integer_width(type, call_.abi);
  if (width == 0 && type.kind == TypeKind::format) return format(type, 0, scope, bytes);
  if (width == 0) return semantic_bytes(type, bytes, scope);
  if (width > bytes.available) return unreadable(bytes);
  return from_register(index, extend(load(bytes.data, width, type.big_endian), width, type.is_signed), scope);
}

// Bytes that a value of the type takes at this place, at most those that are there.
u64 ValueBuilder::inline_size(u32 index, Bytes bytes, const Scope& scope) {
  const Type& type = model_.types[index];
  switch (type.kind) {
    case TypeKind::string:
    case TypeKind::path: {
      if (type.count != none) return evaluator_.value(type.count, scope);
      const u8* end = bytes.data + bytes.available;
      const u8* nul = std::find(bytes.data, end, 0);
      return static_cast<u64>(nul - bytes.data) + (nul != end ? 1 : 0);
    }
    case TypeKind::chars: return evaluator_.value_or(type.count, scope, bytes.available);
    case TypeKind::array: {
      if (type.array == ArrayKind::flexible || type.count == none) return bytes.available;
      const u64 n = evaluator_.value(type.count, scope);
      const u64 each = type.array == ArrayKind::counted ? size_of(model_, type.ref, call_.abi) : 1;
      return each != 0 && n > bytes.available / each ? bytes.available : n * each;
    }
    case TypeKind::structure:
      return model_.structs[type.ref].flexible ? bytes.available : size_of(model_, index, call_.abi);
    case TypeKind::semantic:
      if (type.count != none) return evaluator_.value(type.count, scope);
      return size_of(model_, index, call_.abi);
    case TypeKind::union_type: {
      const u32 chosen = union_case(type, scope);
      Scope inner = scope;
      inner.slots = slots(type.arguments, scope);
      return chosen == none ? 0 : inline_size(chosen, bytes, inner);
    }
    case TypeKind::format:
      // One over bytes, not over a number, takes what there is.
      return model_.formats[type.ref].over_bytes ? bytes.available : size_of(model_, index, call_.abi);
    default: return size_of(model_, index, call_.abi);
  }
}

Value ValueBuilder::inline_string(const Type& type, Bytes bytes, const Scope& scope) {
  Value value;
  value.kind = ValueKind::string;
  value.is_path = type.kind == TypeKind::path;
  u64 size = std::min<u64>(evaluator_.value_or(type.count, scope, bytes.available), bytes.available);
  if (type.kind != TypeKind::chars) {
    const u8* nul = std::find(bytes.data, bytes.data + size, 0);
    value.nul_terminated = nul != bytes.data + size;
    size = static_cast<u64>(nul - bytes.data);
  }
  value.hex = type.hex_bytes;
  // Strings in a struct are shown whole; one that fills its room lacks its NUL, and is cut before the last byte.
  const bool whole = type.kind == TypeKind::string && type.count != none;
  u64 limit = value.is_path || whole ? size : std::min<u64>(size, context_.options.string_limit);
  if (whole && !value.nul_terminated && limit > 0) limit--;
  value.truncated = limit < size;
  value.set_text(arena_.copy({reinterpret_cast<const char*>(bytes.data), limit}));
  return value;
}

Value ValueBuilder::semantic_bytes(const Type& type, Bytes bytes, const Scope& scope) {
  const u64 size = semantic_size(type, scope);
  if (type.semantic == Semantic::fdset)
    return descriptor_set(bytes, evaluator_.value_or(type.count, scope, bytes.available * 8));
  if (type.semantic == Semantic::none || size > bytes.available) return unreadable(bytes);
  if (type.semantic == Semantic::sigset) return signal_set({bytes.data, size, bytes.address});
  return address_text(type.semantic, {bytes.data, size, bytes.address});
}

Value ValueBuilder::bit_field(const Field& field, Bytes bytes, const Scope& scope) {
  const Type& type = model_.types[field.type];
  u64 raw = load(bytes.data, integer_width(type, call_.abi), type.big_endian) >> field.bit_offset;
  if (field.bit_width < 64) raw &= (u64{1} << field.bit_width) - 1;
  return from_register(field.type, raw, scope);
}

// Whether the field is to be shown at all; `more` is set when it is only hidden.
bool ValueBuilder::shows(const Field& field, Bytes own, u64 size, const Scope& scope, bool& more) {
  if (field.padding) return false;
  if (field.condition != none && evaluator_.value(field.condition, scope) == 0) return false;
  if (field.nonzero && !field.from_expression) {
    const bool set = field.bit_width != 0
                         ? evaluator_.field(static_cast<u32>(&field - model_.fields.data()), scope) != 0
                         : any_byte_set(own.data, std::min<u64>(size, own.available));
    if (!set) return false;
  }
  if (field.nonzero && field.from_expression && evaluator_.value(field.value, scope) == 0) return false;
  if (field.verbose && abbreviate_) {
    more = true;
    return false;
  }
  return true;
}

void ValueBuilder::field(const Field& field, Bytes bytes, const Scope& scope, ValueList& list, bool& more,
                         size_t& end) {
  if (field.verbose && abbreviate_ && field.condition == none && !field.nonzero && field.offset[0] < bytes.available) {
    more = true;
    return;
  }
  const auto layout = static_cast<size_t>(layout_of(call_.abi));
  const size_t offset = field.dynamic_offset ? end : field.offset[layout];
  const Bytes own = bytes.from(offset);
  Scope inner = scope;
  inner.extent = own.available;
  u64 size = 0;
  if (!field.from_expression) {
    // What lies beyond the extent (@size, a short record) is not there.
    if (offset > bytes.available) return;
    size = field.bit_width != 0 ? integer_width(model_.types[field.type], call_.abi)
                                : inline_size(field.type, own, inner);
    if (size > own.available) {
      if (model_.types[field.type].kind != TypeKind::chars || own.available == 0) return;
      size = own.available;
    }
    end = offset + size;
    const bool absent_tail = own.available == 0 && offset > 0 && size == 0 && flexible(field.type);
    if (absent_tail) return;
  }
  if (!shows(field, own, size, inner, more)) return;
  Value value = field.from_expression ? from_register(field.type, evaluator_.value(field.value, inner), inner)
                : field.bit_width != 0 ? bit_field(field, own, inner)
                                       : from_bytes(field.type, {own.data, size, own.address}, inner);
  if (value.kind == ValueKind::none) return;
  if (value.kind == ValueKind::structure && value.inlined) {
    for (const Value& item : value.items()) list.add(item);
    more |= value.more;
    return;
  }
  value.name = model_.c_str(field.name);
  value.unnamed |= field.unnamed || field.name.length == 0;
  list.add(value);
}

bool ValueBuilder::flexible(u32 index) const {
  const Type& type = model_.types[index];
  if (type.kind == TypeKind::format) return model_.formats[type.ref].over_bytes;
  if (type.kind == TypeKind::array) return type.array == ArrayKind::flexible || type.count == none;
  return (type.kind == TypeKind::chars || type.kind == TypeKind::string || type.kind == TypeKind::path) &&
         type.count == none;
}

void ValueBuilder::switch_fields(const Field& field, Bytes bytes, const Scope& scope, ValueList& list, bool& more,
                                 size_t& end) {
  const describe::Switch& choice = model_.switches[field.switch_index];
  if (field.condition != none && evaluator_.value(field.condition, scope) == 0) return;
  const auto selector = static_cast<s64>(evaluator_.value(choice.selector, scope));
  const describe::Arm* taken = nullptr;
  for (u32 i = 0; i < choice.arms.count; i++) {
    const describe::Arm& arm = model_.arms[choice.arms.first + i];
    if (arm.keys.count == 0 && taken == nullptr) taken = &arm;
    if (in_ranges(model_, arm.keys, selector)) {
      taken = &arm;
      break;
    }
  }
  if (taken != nullptr) fields(taken->fields, bytes, scope, list, more, end);
}

void ValueBuilder::fields(describe::Range range, Bytes bytes, const Scope& scope, ValueList& list, bool& more,
                          size_t& end) {
  for (u32 i = 0; i < range.count; i++) {
    const Field& one = model_.fields[range.first + i];
    if (one.switch_index == none)
      field(one, bytes, scope, list, more, end);
    else
      switch_fields(one, bytes, scope, list, more, end);
  }
}

Value ValueBuilder::structure(const Type& type, Bytes bytes, const Scope& scope) {
  const Struct& st = model_.structs[type.ref];
  Scope inner = scope;
  inner.slots = slots(type.arguments, scope);
  inner.structure = &st;
  inner.data = bytes.data;
  inner.available = bytes.available;
  inner.extent = bytes.available;
  ValueList list(arena_, st.fields.count + 1);
  bool more = false;
  size_t end = 0;
  if (st.show.count == 0) fields(st.fields, bytes, inner, list, more, end);
  for (u32 i = 0; i < st.show.count; i++)
    fields({st.fields.first + model_.lists[st.show.first + i], 1}, bytes, inner, list, more, end);
  // A struct that stands for its one part takes no place of its own.
  if (st.inlined && list.size() == 1 && list.data()[0].unnamed && !more) {
    Value only = list.data()[0];
    only.unnamed = false;
    return only;
  }
  if (st.tuple && list.size() == 1 && list.data()[0].kind == ValueKind::structure) return list.data()[0];
  Value value;
  value.kind = ValueKind::structure;
  // A time behind a struct: @time takes its first two fields as seconds and nanoseconds.
  if (type.timestamp && list.size() >= 2)
    value.comment = date(static_cast<s64>(list.data()[0].number), list.data()[1].number);
  value.tuple = st.tuple;
  value.unnamed_fields = st.unnamed_fields;
  value.inlined = st.inlined;
  value.more = more;
  value.set_items(list.data(), list.size());
  return value;
}

u32 ValueBuilder::union_case(const Type& type, const Scope& scope) {
  const describe::Union& choice = model_.unions[type.ref];
  Scope inner = scope;
  inner.slots = slots(type.arguments, scope);
  const auto selector = static_cast<s64>(evaluator_.value(choice.selector, inner));
  u32 fallback = none;
  for (u32 i = 0; i < choice.cases.count; i++) {
    const describe::UnionCase& one = model_.union_cases[choice.cases.first + i];
    if (one.keys.count == 0) fallback = one.type;
    if (in_ranges(model_, one.keys, selector)) return one.type;
  }
  return fallback;
}

Value ValueBuilder::union_value(const Type& type, Bytes bytes, const Scope& scope) {
  const u32 chosen = union_case(type, scope);
  if (chosen == none) return {};
  Scope inner = scope;
  inner.slots = slots(type.arguments, scope);
  inner.extent = bytes.available;
  return from_bytes(chosen, bytes, inner);
}

Value ValueBuilder::alternative(const describe::Alternative& chosen, const Scope& scope, Bytes bytes) {
  Value value;
  value.kind = ValueKind::format;
  auto* items = arena_.make<Value>(chosen.pieces.count);
  for (u32 i = 0; i < chosen.pieces.count; i++) {
    const describe::Piece& piece = model_.pieces[chosen.pieces.first + i];
    if (piece.part == none) {
      items[i].kind = ValueKind::literal;
      items[i].set_text(model_.text(piece.literal));
      continue;
    }
    const Field& part = model_.fields[chosen.parts.first + piece.part];
    items[i] = part.from_expression ? from_register(part.type, evaluator_.value(part.value, scope), scope)
                                    : from_bytes(part.type, bytes, scope);
    items[i].name = model_.c_str(part.name);
  }
  value.set_items(items, chosen.pieces.count);
  return value;
}

// The number of a format as -X raw shows it: big-endian ones as their bytes in memory.
const Value* ValueBuilder::raw_number(const Type& type, u64 number, u32 width) {
  auto* raw = arena_.make<Value>();
  if (type.big_endian) {
    raw->kind = ValueKind::string;
    raw->hex = true;
    auto* bytes = arena_.make<char>(8);
    for (u32 i = 0; i < width && i < 8; i++) bytes[i] = static_cast<char>(number >> (width - 1 - i) * 8);
    raw->set_text({bytes, width});
    return raw;
  }
  raw->kind = ValueKind::integer;
  raw->style = event::IntStyle::hex;
  raw->width = static_cast<u8>(width);
  raw->number = number;
  return raw;
}

Value ValueBuilder::format(const Type& type, u64 raw, const Scope& scope, Bytes bytes) {
  const describe::Format& description = model_.formats[type.ref];
  Scope inner = scope;
  const u32 width = integer_width(type, call_.abi);
  u64* slot = arena_.make<u64>(1);
  *slot = extend(raw, width, type.is_signed);
  inner.slots = {slot, 1};
  for (u32 i = 0; i < description.alternatives.count; i++) {
    const describe::Alternative& one = model_.alternatives[description.alternatives.first + i];
    if (one.condition != none && evaluator_.value(one.condition, inner) == 0) continue;
    Value value = alternative(one, inner, bytes);
    value.number = *slot;
    value.width = static_cast<u8>(width);
    value.unnamed = description.unnamed;
    if (description.raw) value.annotation = raw_number(type, *slot, width);
    return value;
  }
  return integer(type, raw);
}

}  // namespace sysray::decode
