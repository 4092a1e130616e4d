// Values of structs, unions and formats whose bytes have been read.
#include <algorithm>
#include <cstring>

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

constexpr u32 max_depth = 64;  // of nested types: hostile data may point in circles

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
  for (u32 i = 0; i < arguments.count; i++) values[i] = evaluator_.value(model_.lists[arguments.first + i], scope);
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
  if (type.size != none && type.kind != TypeKind::pointer) bytes = bytes.first(evaluator_.value(type.size, scope));
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
  if (width > bytes.available && !type.zero_filled) return unreadable(bytes);
  if (width > bytes.available) return from_register(index, load_short(bytes), scope);
  return from_register(index, extend(load(bytes.data, width, type.big_endian), width, type.is_signed), scope);
}

// Bytes that a value of the type takes at this place, at most those that belong to what encloses it.
u64 ValueBuilder::inline_size(u32 index, Bytes bytes, const Scope& scope) {
  const Type& type = model_.types[index];
  if (type.room != 0) return type.room;
  switch (type.kind) {
    case TypeKind::string:
    case TypeKind::path: {
      if (type.count != none) return evaluator_.value(type.count, scope);
      const u8* end = bytes.data + bytes.available;
      const u8* nul = std::find(bytes.data, end, 0);
      return nul != end ? static_cast<u64>(nul - bytes.data) + 1 : bytes.claimed();
    }
    case TypeKind::chars: return evaluator_.value_or(type.count, scope, bytes.claimed());
    case TypeKind::array: {
      if (type.array == ArrayKind::flexible || type.count == none) return bytes.claimed();
      const u64 n = evaluator_.value(type.count, scope);
      const u64 each = type.array == ArrayKind::counted ? size_of(model_, type.ref, call_.abi) : 1;
      return each != 0 && n > bytes.claimed() / each ? bytes.claimed() : n * each;
    }
    case TypeKind::structure:
      return model_.structs[type.ref].flexible ? bytes.claimed() : size_of(model_, index, call_.abi);
    case TypeKind::semantic:
      if (type.count != none) return evaluator_.value(type.count, scope);
      return size_of(model_, index, call_.abi);
    case TypeKind::union_type: {
      const u32 chosen = union_case(type, scope, bytes.claimed());
      Scope inner = scope;
      inner.slots = slots(type.arguments, scope);
      return chosen == none ? 0 : inline_size(chosen, bytes, inner);
    }
    case TypeKind::format:
      // One over bytes of no fixed size, not over a number, takes what there is.
      return model_.formats[type.ref].over_bytes && model_.formats[type.ref].size[0] == 0
                 ? bytes.claimed()
                 : size_of(model_, index, call_.abi);
    default: return size_of(model_, index, call_.abi);
  }
}

// The fewest bytes that can be a value of the type: fewer are none.
u64 ValueBuilder::least_size(u32 index, const Scope& scope) {
  const Type& type = model_.types[index];
  if (type.zero_filled) return 1;
  switch (type.kind) {
    case TypeKind::array: {
      if (type.array == ArrayKind::chain) return record_head(type);
      const u64 fixed = size_of(model_, index, call_.abi);
      return fixed != 0 ? fixed : size_of(model_, type.ref, call_.abi);
    }
    case TypeKind::structure: return least_structure(model_.structs[type.ref], scope);
    case TypeKind::union_type: {
      const u32 chosen = union_case(type, scope, ~u64{0});
      Scope inner = scope;
      inner.slots = slots(type.arguments, scope);
      return chosen == none ? 0 : least_size(chosen, inner);
    }
    default: return size_of(model_, index, call_.abi);
  }
}

// Up to the end of the last field that is always there.
u64 ValueBuilder::least_fields(describe::Range range, bool only_first, const Scope& scope) {
  const auto layout = static_cast<size_t>(layout_of(call_.abi));
  u64 least = 0;
  for (u32 i = 0; i < (only_first ? 1 : range.count); i++) {
    const Field& one = model_.fields[range.first + i];
    if (one.condition != none || one.from_expression || one.dynamic_offset) continue;
    if (one.padding && size_of(model_, one.type, call_.abi) == 0) continue;
    u64 end = 0;
    if (one.switch_index != none) {
      const describe::Range arms = model_.switches[one.switch_index].arms;
      for (u32 a = 0; a < arms.count; a++) {
        const u64 arm = least_fields(model_.arms[arms.first + a].fields, false, scope);
        end = a == 0 ? arm : std::min(end, arm);
      }
    } else if (one.type != none) {
      end = one.offset[layout] +
            (one.bit_width != 0 ? integer_width(model_.types[one.type], call_.abi) : least_size(one.type, scope));
    }
    least = std::max(least, end);
  }
  return least;
}

u64 ValueBuilder::least_structure(const Struct& st, const Scope& scope) {
  return st.fields.count == 0 ? 0 : least_fields(st.fields, st.split, scope);
}

// How many of the bytes must be readable for the value to be shown, if only in part.
u64 ValueBuilder::needed_size(u32 index, Bytes bytes, const Scope& scope) {
  const Type& type = model_.types[index];
  switch (type.kind) {
    case TypeKind::string:
    case TypeKind::path:
    case TypeKind::chars: return std::min<u64>(bytes.claimed(), context_.options.string_limit);
    case TypeKind::array: {
      const u64 one = type.array == ArrayKind::chain ? record_head(type) : size_of(model_, type.ref, call_.abi);
      return std::min<u64>(bytes.claimed(), one);
    }
    case TypeKind::union_type: {
      const u32 chosen = union_case(type, scope, bytes.claimed());
      Scope inner = scope;
      inner.slots = slots(type.arguments, scope);
      return chosen == none ? 0 : needed_size(chosen, bytes, inner);
    }
    case TypeKind::structure: {
      const Struct& st = model_.structs[type.ref];
      const u32 first = st.fields.count == 0 ? none : model_.fields[st.fields.first].type;
      if (st.flexible && st.size[0] == 0 && first != none) return needed_size(first, bytes, scope);
      const bool whole = !st.flexible && !st.split && !st.inlined;
      const u64 least = whole ? size_of(model_, index, call_.abi) : least_structure(st, scope);
      return std::min<u64>(bytes.claimed(), std::max<u64>(least, 1));
    }
    default: return std::min<u64>(bytes.claimed(), size_of(model_, index, call_.abi));
  }
}

Value ValueBuilder::inline_string(const Type& type, Bytes bytes, const Scope& scope) {
  Value value;
  value.kind = ValueKind::string;
  value.is_path = type.kind == TypeKind::path;
  u64 size = std::min<u64>(evaluator_.value_or(type.count, scope, bytes.claimed()), bytes.claimed());
  if (size > bytes.available) {
    if (std::min<u64>(size, context_.options.string_limit) > bytes.available) return unreadable(bytes);
    size = bytes.available;
  }
  if (type.kind != TypeKind::chars) {
    const u8* nul = std::find(bytes.data, bytes.data + size, 0);
    value.nul_terminated = nul != bytes.data + size;
    size = static_cast<u64>(nul - bytes.data);
  }
  if (type.text) {
    value.nul_terminated = size > 0 && bytes.data[size - 1] == 0;
    if (value.nul_terminated) size--;
  }
  value.hex = type.hex_bytes;
  // Strings in a struct are shown whole; one that fills its room lacks its NUL, and is cut before the last byte.
  const bool whole = type.kind == TypeKind::string && type.count != none;
  u64 limit = value.is_path || whole || type.uncut ? size : std::min<u64>(size, context_.options.string_limit);
  if (whole && !value.nul_terminated && limit > 0) limit--;
  value.truncated = limit < size || (type.text && !value.nul_terminated);
  value.set_text(arena_.copy({reinterpret_cast<const char*>(bytes.data), limit}));
  return value;
}

Value ValueBuilder::semantic_bytes(const Type& type, Bytes bytes, const Scope& scope) {
  const u64 size = semantic_size(type, scope);
  if (type.semantic == Semantic::fdset)
    return descriptor_set(type, bytes, evaluator_.value_or(type.count, scope, bytes.available * 8));
  if (type.semantic == Semantic::none || size > bytes.available) return unreadable(bytes);
  if (type.semantic == Semantic::sigset) return signal_set({bytes.data, size, bytes.address});
  return address_text(type.semantic, {bytes.data, size, bytes.address});
}

// An integer of which the upper bytes are missing and count as 0.
u64 ValueBuilder::load_short(Bytes bytes) {
  u8 whole[8] = {};
  std::copy_n(bytes.data, std::min<size_t>(bytes.available, sizeof whole), whole);
  return load(whole, sizeof whole, false);
}

Value ValueBuilder::bit_field(const Field& field, const Bytes& bytes, const Scope& scope) {
  const Type& type = model_.types[field.type];
  const u32 width = integer_width(type, call_.abi);
  const u64 whole = bytes.available < width ? load_short(bytes) : load(bytes.data, width, type.big_endian);
  u64 raw = whole >> field.bit_offset;
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

// Bytes of a struct that its description explains: one that ends in a switch ends with the arm that is taken.
u64 ValueBuilder::described_size(const Struct& st, Bytes bytes, const Scope& scope) {
  const auto layout = static_cast<size_t>(layout_of(call_.abi));
  if (st.fields.count == 0) return st.size[layout];
  const Field& last = model_.fields[st.fields.first + st.fields.count - 1];
  Scope inner = scope;
  inner.structure = &st;
  inner.data = bytes.data;
  inner.available = bytes.available;
  if (last.switch_index != none) {
    const describe::Arm* arm = taken_arm(model_.switches[last.switch_index], inner);
    if (arm == nullptr || arm->fields.count == 0) return st.size[layout];
    const Field& end = model_.fields[arm->fields.first + arm->fields.count - 1];
    return end.type == none ? st.size[layout] : end.offset[layout] + size_of(model_, end.type, call_.abi);
  }
  if (last.type == none || model_.types[last.type].kind != TypeKind::structure) return st.size[layout];
  inner.slots = slots(model_.types[last.type].arguments, inner);
  const u64 start = last.offset[layout];
  return start + described_size(model_.structs[model_.types[last.type].ref], bytes.from(start), inner);
}

// Cuts `own`, the bytes from the field's place on, to those that the field takes; false if it isn't there at all: what
// lies beyond the extent (@size, a short record) does not exist.
bool ValueBuilder::in_memory(const Field& field, const Scope& scope, bool at_start, Bytes& own) {
  u64 size =
      field.bit_width != 0 ? integer_width(model_.types[field.type], call_.abi) : inline_size(field.type, own, scope);
  if (size > own.claimed()) {
    if (own.claimed() == 0) return false;
    // The padding at the end of a struct need not be there.
    const Type& type = model_.types[field.type];
    const bool aggregate = type.kind == TypeKind::structure || type.kind == TypeKind::union_type;
    if (scope.filled_from != 0) {
      const bool number = !aggregate && type.kind != TypeKind::array && type.kind != TypeKind::chars &&
                          type.kind != TypeKind::string && type.kind != TypeKind::path;
      own = number ? Bytes{own.data, size, own.address} : own;
      return true;
    }
    const bool enough = type.kind == TypeKind::chars || type.zero_filled || scope.shows_cut ||
                        (aggregate && least_size(field.type, scope) <= own.claimed());
    if (!enough) return false;
    size = own.claimed();
  }
  if (own.claimed() == 0 && !at_start && size == 0 && flexible(field.type, scope)) return false;
  own = own.first(size);
  return true;
}

// A field whose bytes are (partly) in memory.
Value ValueBuilder::field_value(const Field& field, Bytes own, const Scope& scope) {
  const Type& type = model_.types[field.type];
  if (own.missing > 0 && needed_size(field.type, own, scope) > own.available) {
    Value value = unreadable(own);
    value.unnamed = type.kind == TypeKind::structure && model_.structs[type.ref].inlined;
    return value;
  }
  if (field.bit_width != 0) return bit_field(field, own, scope);
  // What the call is to write is not there yet; what its expressions name by old() is.
  if (field.direction == describe::Direction::out && !call_.at_exit && type.kind == TypeKind::pointer) {
    if (type.size != none) evaluator_.value(type.size, scope);
    return address(load(own.data, word_size(call_.abi), false));
  }
  const u64 whole = size_of(model_, field.type, call_.abi);
  const bool simple = type.kind != TypeKind::structure && type.kind != TypeKind::union_type;
  if (scope.shows_cut && simple && own.claimed() < whole) return plain_bytes(own);
  return from_bytes(field.type, own, scope);
}

void ValueBuilder::field(const Field& field, const Bytes& bytes, const Scope& scope, Progress& progress) {
  if (progress.stopped) return;
  const auto layout = static_cast<size_t>(layout_of(call_.abi));
  const size_t offset = field.dynamic_offset ? progress.end : field.offset[layout];
  Bytes own = bytes.from(offset);
  Scope inner = scope;
  inner.extent = own.claimed();
  if (!field.from_expression) {
    if (offset > bytes.claimed() || !in_memory(field, inner, offset == 0, own)) return;
    progress.end = offset + own.claimed();
  }
  if (!shows(field, own, own.claimed(), inner, progress.more)) return;
  Value value = field.from_expression ? from_register(field.type, evaluator_.value(field.value, inner), inner)
                                      : field_value(field, own, inner);
  if (!field.from_expression) progress.stopped = own.missing > 0;
  if (dumps_ != nullptr && field.transfer == describe::Transfer::buffer && own.available <= sizeof(u64)) [[unlikely]] {
    u64 pointer = 0;
    memcpy(&pointer, own.data, own.available);
    dump(model_.types[field.type], pointer, inner);
  }
  if (value.kind == ValueKind::none) return;
  if (value.kind == ValueKind::structure && value.inlined) {
    for (const Value& item : value.items()) progress.list.add(item);
    progress.more |= value.more;
    return;
  }
  value.name = model_.c_str(field.name);
  value.unnamed |= field.unnamed || field.name.length == 0;
  progress.list.add(value);
}

bool ValueBuilder::flexible(u32 index, const Scope& scope) {
  const Type& type = model_.types[index];
  if (type.kind == TypeKind::union_type) {
    const u32 chosen = union_case(type, scope, 0);
    return chosen != none && flexible(chosen, scope);
  }
  if (type.kind == TypeKind::format) return model_.formats[type.ref].over_bytes;
  if (type.kind == TypeKind::structure)
    return model_.structs[type.ref].flexible && model_.structs[type.ref].size[0] == 0;
  if (type.kind == TypeKind::array) return type.array == ArrayKind::flexible || type.count == none;
  return (type.kind == TypeKind::chars || type.kind == TypeKind::string || type.kind == TypeKind::path) &&
         type.count == none;
}

void ValueBuilder::switch_fields(const Field& field, const Bytes& bytes, const Scope& scope, Progress& progress) {
  const describe::Switch& choice = model_.switches[field.switch_index];
  if (field.condition != none && evaluator_.value(field.condition, scope) == 0) return;
  if (const describe::Arm* taken = taken_arm(choice, scope)) fields(taken->fields, bytes, scope, progress);
}

const describe::Arm* ValueBuilder::taken_arm(const describe::Switch& choice, const Scope& scope) const {
  const auto selector = static_cast<s64>(evaluator_.value(choice.selector, scope));
  const describe::Arm* fallback = nullptr;
  for (const describe::Arm& arm : model_.arms.subspan(choice.arms.first, choice.arms.count)) {
    if (arm.keys.count == 0 && fallback == nullptr) fallback = &arm;
    if (in_ranges(model_, arm.keys, selector)) return &arm;
  }
  return fallback;
}

// Whether one that is hidden unless asked for needs no further look: some is hidden already, or it is surely there.
bool ValueBuilder::hidden(const Field& field, const Bytes& bytes, Progress& progress) {
  const bool surely_there = field.condition == none && !field.nonzero;
  if (field.switch_index != none || !(surely_there || progress.more)) return false;
  if (progress.stopped || field.offset[0] >= bytes.claimed()) return false;
  progress.more = true;
  return true;
}

void ValueBuilder::fields(describe::Range range, const Bytes& bytes, const Scope& scope, Progress& progress) {
  for (u32 i = 0; i < range.count; i++) {
    const Field& one = model_.fields[range.first + i];
    if (one.verbose && abbreviate_ && hidden(one, bytes, progress)) continue;
    if (one.switch_index == none)
      field(one, bytes, scope, progress);
    else
      switch_fields(one, bytes, scope, progress);
  }
}

// The first field of a struct that is not there or not readable as a whole, and a hint of the rest.
void ValueBuilder::split_fields(const Struct& st, const Bytes& bytes, const Scope& scope, Progress& progress) {
  fields({st.fields.first, 1}, bytes, scope, progress);
  if (bytes.claimed() < st.size[static_cast<size_t>(layout_of(call_.abi))]) {
    progress.more = true;
    return;
  }
  Value rest = unreadable(bytes.from(progress.end));
  rest.unnamed = true;
  progress.list.add(rest);
}

Value ValueBuilder::structure(const Type& type, Bytes bytes, const Scope& scope) {
  const Struct& st = model_.structs[type.ref];
  Scope inner = scope;
  inner.slots = slots(type.arguments, scope);
  inner.structure = &st;
  inner.data = bytes.data;
  inner.available = bytes.available;
  inner.address = bytes.address;
  inner.extent = bytes.claimed();
  Progress progress{.list = ValueList(arena_, st.fields.count + 1)};
  if (st.split && bytes.available < st.size[static_cast<size_t>(layout_of(call_.abi))])
    split_fields(st, bytes, inner, progress);
  else if (st.show.count == 0)
    fields(st.fields, bytes, inner, progress);
  for (u32 i = 0; i < st.show.count; i++)
    fields({st.fields.first + model_.lists[st.show.first + i], 1}, bytes, inner, progress);
  const ValueList& list = progress.list;
  // A struct that stands for its one part takes no place of its own.
  if (st.inlined && list.size() == 1 && list.data()[0].unnamed && !progress.more) {
    Value only = list.data()[0];
    only.unnamed = false;
    return only;
  }
  if (st.tuple && !st.bracketed && list.size() == 1 && list.data()[0].kind == ValueKind::structure)
    return list.data()[0];
  Value value;
  value.kind = ValueKind::structure;
  // A time behind a struct: @time takes its first two fields as seconds and nanoseconds, if it doesn't say which.
  if (type.timestamp && list.size() >= 2)
    value.comment = date(static_cast<s64>(list.data()[0].number),
                         evaluator_.value_or(type.nanoseconds, scope, list.data()[1].number), type.fraction_digits);
  value.tuple = st.tuple;
  value.unnamed_fields = st.unnamed_fields;
  value.inlined = st.inlined;
  value.more = progress.more;
  value.always_named = type.stand_ins.count != 0;  // its date is the name of another value
  value.set_items(list.data(), list.size());
  return type.stand_ins.count == 0 ? value : stand_in(type, value, scope);
}

// @instead: a name stands for the struct when its condition holds; -X raw and verbose show the struct as well.
Value ValueBuilder::stand_in(const Type& type, const Value& value, const Scope& scope) {
  for (u32 i = 0; i + 1 < type.stand_ins.count; i += 2) {
    const u32* pair = &model_.lists[type.stand_ins.first + i];
    if (evaluator_.value(pair[1], scope) == 0) continue;
    auto* parts = arena_.make<Value>(2);
    parts[0].kind = ValueKind::literal;
    parts[0].set_text(model_.text(model_.strings[pair[0]]));
    parts[1] = value;
    parts[1].comment = nullptr;
    Value name;
    name.kind = ValueKind::format;
    name.set_items(parts, 1);
    name.annotation = &parts[1];
    return name;
  }
  return value;
}

// The case for the selector; of a union that @fits, only if there are enough bytes for it.
u32 ValueBuilder::union_case(const Type& type, const Scope& scope, u64 available) {
  const describe::Union& choice = model_.unions[type.ref];
  Scope inner = scope;
  inner.slots = slots(type.arguments, scope);
  const auto selector = static_cast<s64>(evaluator_.value(choice.selector, inner));
  u32 fallback = none;
  u32 chosen = none;
  for (u32 i = 0; i < choice.cases.count; i++) {
    const describe::UnionCase& one = model_.union_cases[choice.cases.first + i];
    if (one.keys.count == 0) fallback = one.type;
    if (chosen == none && in_ranges(model_, one.keys, selector)) chosen = one.type;
  }
  if (chosen == none || (choice.fits && least_size(chosen, inner) > available)) return fallback;
  return chosen;
}

Value ValueBuilder::union_value(const Type& type, Bytes bytes, const Scope& scope) {
  const u32 chosen = union_case(type, scope, bytes.claimed());
  if (chosen == none) return {};
  Scope inner = scope;
  inner.slots = slots(type.arguments, scope);
  inner.extent = bytes.claimed();
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
      items[i].abbrev_only = piece.abbrev_only;
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
const Value* ValueBuilder::raw_number(const Type& type, u64 number, u32 width, bool decimal) {
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
  raw->style = !decimal         ? event::IntStyle::hex
               : type.is_signed ? event::IntStyle::signed_decimal
                                : event::IntStyle::unsigned_decimal;
  raw->width = static_cast<u8>(width);
  raw->number = number;
  return raw;
}

const Value* ValueBuilder::raw_bytes(Bytes bytes) {
  auto* raw = arena_.make<Value>();
  *raw = plain_bytes(bytes);
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
    value.beside = description.beside;
    value.nested = description.nested;
    value.unless_raw = description.unless_raw;
    value.raw_only = description.raw_only;
    if (width == 0 && description.raw)
      value.annotation = raw_bytes(bytes);
    else if (description.raw || description.beside)
      value.annotation = raw_number(type, *slot, width, description.raw_decimal || description.beside);
    if (description.names != none)
      if (const describe::Member* name = find_member(model_.sets[description.names], *slot, width))
        value.comment = model_.c_str(name->name);
    return value;
  }
  return integer(type, raw);
}

}  // namespace sysray::decode
