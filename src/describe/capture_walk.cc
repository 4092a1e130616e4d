// Types whose bytes (or number) are known: which of their parts are pointers.
#include "describe/capture_walk.h"

#include <algorithm>

#include "describe/capture_choices.h"

namespace sysray::describe {

namespace {

constexpr u32 max_nesting = 24;  // of types within types

}  // namespace

bool CaptureWalk::is_false(u32 expr) const {
  if (expr == none) return false;
  const Range code = model_.exprs[expr].code;
  const Instruction& only = model_.instructions[code.first];
  return code.count == 1 && only.op == Op::constant && model_.numbers[only.operand].value[target_.layout_index()] == 0;
}

bool CaptureWalk::field_reads(const Field& field) {
  if (field.padding || is_false(field.condition)) return false;
  if (field.switch_index == none) return reads_memory(field.type);
  const Switch& choice = model_.switches[field.switch_index];
  for (const Arm& arm : model_.arms.subspan(choice.arms.first, choice.arms.count))
    for (const Field& one : model_.fields.subspan(arm.fields.first, arm.fields.count))
      if (field_reads(one)) return true;
  return false;
}

bool CaptureWalk::compute_reads(const Type& type) {
  switch (type.kind) {
    case TypeKind::pointer: return type.ref != none && model_.types[type.ref].kind != TypeKind::none;
    case TypeKind::array: return reads_memory(type.ref);
    case TypeKind::structure: {
      const Range fields = model_.structs[type.ref].fields;
      const auto all = model_.fields.subspan(fields.first, fields.count);
      return std::any_of(all.begin(), all.end(), [&](const Field& one) { return field_reads(one); });
    }
    case TypeKind::union_type: {
      const Range cases = model_.unions[type.ref].cases;
      const auto all = model_.union_cases.subspan(cases.first, cases.count);
      return std::any_of(all.begin(), all.end(), [&](const UnionCase& one) { return reads_memory(one.type); });
    }
    case TypeKind::format: {
      const Range alternatives = model_.formats[type.ref].alternatives;
      for (const Alternative& one : model_.alternatives.subspan(alternatives.first, alternatives.count))
        for (const Field& part : model_.fields.subspan(one.parts.first, one.parts.count))
          if (reads_memory(part.type)) return true;
      return false;
    }
    default: return names_descriptors(type);
  }
}

bool CaptureWalk::names_descriptors(const Type& type) const {
  if (!descriptors_ || type.kind != TypeKind::semantic) return false;
  return type.semantic == Semantic::fd || type.semantic == Semantic::dirfd || type.semantic == Semantic::fdset;
}

// That of another process has its file elsewhere.
void CaptureWalk::descriptor(const Type& type, const Quantity& value) {
  if (type.step != none || type.semantic == Semantic::fdset || !value.exact()) return live(CAPTURE_LIVE_DESCRIPTOR);
  program().add(descriptor_op(value.operand, success_only_));
}

void CaptureWalk::result(u32 index) {
  if (index == none || !names_descriptors(model_.types[index])) return;
  set_success_only(true);
  descriptor(model_.types[index], exactly({CAPTURE_RESULT, 0, 8, 0, 0}));
  set_success_only(false);
}

bool CaptureWalk::reads_memory(u32 index) {
  if (index == none) return false;
  Memory& known = memory_[index];
  if (known == Memory::unseen) {
    known = Memory::being_seen;
    known = compute_reads(model_.types[index]) ? Memory::some : Memory::none;
  }
  return known == Memory::some;
}

std::vector<Quantity> CaptureWalk::parameters(Range arguments, const CaptureNames& names) {
  std::vector<Quantity> values;
  for (u32 i = 0; i < arguments.count; i++)
    values.push_back(expressions_.value(model_.lists[arguments.first + i], names));
  return values;
}

void CaptureWalk::live(capture_live_reason reason) { program().add(live_op(reason)); }

void CaptureWalk::copy_pointed(u32 index) {
  for (u32 depth = 0; index != none && depth < 4; depth++) {
    const Type& type = model_.types[index];
    for (u32 expr : {type.count, type.size, type.valid, type.carry_init}) expressions_.copy_pointed(expr);
    for (u32 i = 0; i < type.arguments.count; i++) expressions_.copy_pointed(model_.lists[type.arguments.first + i]);
    index = type.kind == TypeKind::pointer || type.kind == TypeKind::array ? type.ref : none;
  }
}

// A number as an address: as wide as a word.
Quantity CaptureWalk::as_address(const Quantity& number) {
  Quantity address = number;
  capture_operand& operand = address.operand;
  const u32 word = target_.word();
  if (!number.exact() || word == 8) return address;
  if (operand.source == CAPTURE_TEMPORARY || (operand.flags & CAPTURE_BIG_ENDIAN) != 0)
    return expressions_.both(CAPTURE_AND, number, expressions_.constant(0xffffffff));
  operand.width = static_cast<unsigned char>(std::min<u32>(operand.width, word));
  operand.flags = 0;
  return address;
}

void CaptureWalk::from_register(u32 index, const Quantity& value, const CaptureNames& names) {
  if (!reads_memory(index)) return;
  const Type& type = model_.types[index];
  if (names_descriptors(type)) return descriptor(type, value);
  if (type.kind == TypeKind::pointer) return pointed(type, as_address(value), names);
  if (type.kind == TypeKind::format) return format(type, value, names);
  if (type.kind == TypeKind::union_type)
    union_cases(type, names, [&](u32 chosen, const CaptureNames& inner) { from_register(chosen, value, inner); });
}

void CaptureWalk::from_bytes(u32 index, const CapturePlace& place, const CaptureNames& names) {
  if (!reads_memory(index)) return;
  if (types_ >= max_nesting) return live(CAPTURE_LIVE_DEEP);
  types_++;
  const Type& type = model_.types[index];
  switch (type.kind) {
    case TypeKind::structure: structure(type, place, names); break;
    case TypeKind::array: inline_array(type, place, names); break;
    case TypeKind::union_type:
      union_cases(type, names, [&](u32 chosen, const CaptureNames& inner) { from_bytes(chosen, place, inner); });
      break;
    default: {
      // A pointer, or a number with a format.
      Field plain;
      plain.type = index;
      from_register(index, expressions_.field(plain, place), names);
    }
  }
  types_--;
}

void CaptureWalk::structure(const Type& type, const CapturePlace& place, const CaptureNames& names) {
  const Struct& st = model_.structs[type.ref];
  CaptureNames inner;
  inner.parameters = parameters(type.arguments, names);
  inner.structure = &st;
  inner.place = place;
  inner.extent = names.extent;
  if (st.show.count == 0) return fields(st.fields, inner);
  for (u32 i = 0; i < st.show.count; i++) fields({st.fields.first + model_.lists[st.show.first + i], 1}, inner);
}

void CaptureWalk::fields(Range range, const CaptureNames& names) {
  for (const Field& one : model_.fields.subspan(range.first, range.count))
    if (field_reads(one)) field(one, names);
}

void CaptureWalk::field(const Field& field, const CaptureNames& names) {
  auto use = [&] {
    if (field.switch_index != none) return switch_fields(model_.switches[field.switch_index], names);
    program().scoped([&] {
      if (field.from_expression) return from_register(field.type, expressions_.value(field.value, names), names);
      if (field.dynamic_offset) return live(CAPTURE_LIVE_PLACE);
      // What the call is to write behind a pointer is not there yet.
      const bool pointer = model_.types[field.type].kind == TypeKind::pointer;
      if (pointer && field.direction == Direction::out && !expressions_.at_exit()) return;
      from_bytes(field.type, names.place.at(field.offset[target_.layout_index()]), names);
    });
  };
  if_shown(field.condition, names, [&] {
    if (!field.verbose) return use();
    program().only_if(exactly({CAPTURE_VERBOSE, 0, 8, 0, 0}), use);
  });
}

void CaptureWalk::switch_fields(const Switch& choice, const CaptureNames& names) {
  program().scoped([&] {
    const Quantity selector = expressions_.value(choice.selector, names);
    for (const Arm& arm : model_.arms.subspan(choice.arms.first, choice.arms.count))
      guarded(selector, arm.keys, [&] { fields(arm.fields, names); });
  });
}

void CaptureWalk::element(const Type& array, const CapturePlace& place, const CaptureNames& names) {
  from_bytes(array.ref, place, names);
}

// In the body of a further loop its element is read: numbers of the element around it are put aside.
void CaptureWalk::hold_elements(CaptureNames& names) {
  auto hold = [this](Quantity& number) {
    if (!number.known() || number.operand.source != CAPTURE_ELEMENT) return;
    const u8 held = program().variable();
    program().assign(held, number);
    number.operand = program().value_of(held).operand;
  };
  for (Quantity& number : names.parameters) hold(number);
  hold(names.extent);
}

// Adds the head of a loop over elements, and what each of them needs.
void CaptureWalk::loop(const capture_op& head, const Type& array, const CaptureNames& names) {
  if (expressions_.loops >= CAPTURE_MAX_NEST) return live(CAPTURE_LIVE_LOOP);
  CaptureNames outer = names;
  if (array.carry_init != none) {
    Quantity carried = expressions_.value(array.carry_init, names);
    carried.exact_sign = carried.exact();
    if (carried.known()) carried.state = Quantity::State::bound;
    outer.parameters.push_back(carried);
  }
  hold_elements(outer);
  program().group(head, [&] {
    expressions_.loops++;
    CapturePlace place{CapturePlace::Kind::element, 0, expressions_.loops, 0};
    element(array, place, outer);
    expressions_.loops--;
  });
}

capture_op CaptureWalk::each_op(const Type& array, u8 slot, u32 from, u32 stride, bool filtered) const {
  capture_op op{};
  op.kind = CAPTURE_EACH;
  op.flags = success_only_ ? CAPTURE_ON_SUCCESS : 0;
  op.slot = CAPTURE_NO_SLOT;
  op.limit = filtered ? CAPTURE_LIMIT_NONE : array.limited ? CAPTURE_LIMIT_CUT_LIST : CAPTURE_LIMIT_ELEMENTS;
  op.stride = stride;
  op.cap = CAPTURE_MAX_ELEMENTS;
  op.a = {CAPTURE_FIELD, slot, 8, 0, static_cast<int>(from)};
  return op;
}

void CaptureWalk::inline_array(const Type& array, const CapturePlace& place, const CaptureNames& names) {
  const u32 each = size_of(model_, array.ref, target_);
  if (array.array == ArrayKind::chain || each == 0 || place.kind != CapturePlace::Kind::slot)
    return live(CAPTURE_LIVE_PLACE);
  capture_op head = each_op(array, place.slot, place.offset, each, false);
  if (array.array == ArrayKind::counted) {
    const Quantity count = expressions_.value(array.count, names);
    if (count.known()) head.b = count.operand;
  }
  loop(head, array, names);
}

void CaptureWalk::format(const Type& type, const Quantity& value, const CaptureNames& names) {
  CaptureNames inner = names;
  inner.parameters = {value};
  const Range alternatives = model_.formats[type.ref].alternatives;
  for (const Alternative& one : model_.alternatives.subspan(alternatives.first, alternatives.count))
    if_shown(one.condition, inner, [&] { alternative(one, inner); });
}

bool CaptureWalk::mentions_error(u32 expr) const {
  if (expr == none) return false;
  const Range code = model_.exprs[expr].code;
  const auto all = model_.instructions.subspan(code.first, code.count);
  return std::any_of(all.begin(), all.end(), [](const Instruction& one) { return one.op == Op::error; });
}

void CaptureWalk::argument(const Field& field) {
  if_shown(field.condition, {},
           [&] { program().scoped([&] { from_register(field.type, expressions_.argument(field), {}); }); });
}

void CaptureWalk::note(const Alternative& note) {
  const bool reads = [&] {
    for (const Field& part : model_.fields.subspan(note.parts.first, note.parts.count))
      if (reads_memory(part.type)) return true;
    return false;
  }();
  if (!reads) return;
  set_success_only(!mentions_error(note.condition));
  if_shown(note.condition, {}, [&] { alternative(note, {}); });
  set_success_only(false);
}

void CaptureWalk::alternative(const Alternative& one, const CaptureNames& names) {
  for (const Field& part : model_.fields.subspan(one.parts.first, one.parts.count)) {
    if (!reads_memory(part.type)) continue;
    if (!part.from_expression) {
      live(CAPTURE_LIVE_PLACE);
      continue;
    }
    program().scoped([&] { from_register(part.type, expressions_.value(part.value, names), names); });
  }
}

}  // namespace sysray::describe
