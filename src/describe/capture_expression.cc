#include "describe/capture_expression.h"

#include <algorithm>

namespace sysray::describe {

namespace {

using State = Quantity::State;

std::optional<capture_arithmetic> arithmetic_of(Op op) {
  switch (op) {
    case Op::add: return CAPTURE_ADD;
    case Op::subtract: return CAPTURE_SUBTRACT;
    case Op::multiply: return CAPTURE_MULTIPLY;
    case Op::divide: return CAPTURE_DIVIDE;
    case Op::modulo: return CAPTURE_MODULO;
    case Op::bit_and: return CAPTURE_AND;
    case Op::bit_or: return CAPTURE_OR;
    case Op::bit_xor: return CAPTURE_XOR;
    case Op::shift_left: return CAPTURE_SHIFT_LEFT;
    case Op::shift_right: return CAPTURE_SHIFT_RIGHT;
    case Op::less:
    case Op::greater: return CAPTURE_LESS;
    case Op::less_equal:
    case Op::greater_equal: return CAPTURE_LESS_EQUAL;
    case Op::equal: return CAPTURE_EQUAL;
    case Op::not_equal: return CAPTURE_NOT_EQUAL;
    case Op::minimum: return CAPTURE_MINIMUM;
    case Op::maximum: return CAPTURE_MAXIMUM;
    case Op::align: return CAPTURE_ALIGN;
    default: return std::nullopt;
  }
}

bool is_unary(Op op) {
  return op == Op::negate || op == Op::complement || op == Op::logical_not || op == Op::fd_protocol ||
         op == Op::fd_device || op == Op::fd_link || op == Op::fd_vcpu;
}

Quantity with_state(Quantity quantity, State state) {
  quantity.state = std::min(quantity.state, state);
  return quantity;
}

Quantity unknown_of(const Quantity& a, const Quantity& b) {
  Quantity quantity;
  quantity.descriptor = a.descriptor ? a.descriptor : b.descriptor;
  return quantity;
}

}  // namespace

Quantity CaptureExpressions::value(u32 expr, const CaptureNames& names) {
  return value(model_.exprs[expr].code, names);
}

Quantity CaptureExpressions::value(Range code, const CaptureNames& names) {
  const CaptureProgram before = program;
  const Quantity quantity = run(code.first, code.first + code.count, names);
  if (before.overflowed() || !program.overflowed()) return quantity;
  // Too long for a program: then the number is not known.
  program.restore(before);
  return unknown();
}

Quantity CaptureExpressions::run(u32 first, u32 end, const CaptureNames& names) {
  Stack stack;
  auto pop = [&] {
    if (stack.empty()) return unknown();
    const Quantity top = stack.back();
    stack.pop_back();
    return top;
  };
  for (u32 at = first; at < end; at++) {
    const Instruction& one = model_.instructions[at];
    if (one.op == Op::jump_if_zero) {
      const Quantity condition = pop();
      stack.push_back(choice(condition, at, end, names));
    } else if (const auto arithmetic = arithmetic_of(one.op)) {
      Quantity b = pop();
      Quantity a = pop();
      if (one.op == Op::greater || one.op == Op::greater_equal) std::swap(a, b);
      stack.push_back(both(*arithmetic, a, b));
    } else if (is_unary(one.op)) {
      const Quantity operand = pop();
      stack.push_back(unary(one.op, operand));
    } else {
      stack.push_back(leaf(one, names));
    }
  }
  return pop();
}

// a ? b : c lies as: a, jump_if_zero → c, b, jump → end, c. `at` is moved to its last instruction.
Quantity CaptureExpressions::choice(const Quantity& condition, u32& at, u32 end, const CaptureNames& names) {
  const u32 then_first = at + 1;
  const u32 else_first = then_first + model_.instructions[at].operand;
  const u32 else_end = std::min(end, else_first + model_.instructions[else_first - 1].operand);
  at = else_end - 1;
  if (const auto constant = CaptureProgram::constant_value(condition))
    return *constant != 0 ? run(then_first, else_first - 1, names) : run(else_first, else_end, names);
  return alternatives(condition, then_first, else_first - 1, else_first, else_end, names);
}

Quantity CaptureExpressions::alternatives(const Quantity& condition, u32 then_first, u32 then_end, u32 else_first,
                                          u32 else_end, const CaptureNames& names) {
  if (!condition.exact()) {
    const Quantity then = run(then_first, then_end, names);
    const Quantity other = run(else_first, else_end, names);
    if (then.known() && other.known() && then.operand == other.operand) return with_state(then, other.state);
    Quantity larger = both(CAPTURE_MAXIMUM, then, other);
    if (!larger.descriptor) larger.descriptor = condition.descriptor;
    return with_state(larger, State::bound);
  }
  const CaptureProgram before = program;
  const u8 variable = program.variable();
  const Quantity other = run(else_first, else_end, names);
  program.assign(variable, other);
  program.release_behind(variable);
  Quantity then;
  const size_t head = program.ops().size();
  program.only_if(condition, [&] {
    then = run(then_first, then_end, names);
    if (program.ops().size() > head + 1) program.assign(variable, then);
  });
  program.release_behind(variable);
  const bool plain = program.ops().size() == head;  // `then` needs no ops of its own
  if (then.known() && other.known() && !(plain && then.operand == other.operand)) {
    if (plain) program.add(compute_op(variable, CAPTURE_SELECT, condition.operand, then.operand));
    Quantity result = program.value_of(variable);
    result.fresh = true;
    result.state = std::min(then.state, other.state);
    return result;
  }
  program.restore(before);
  if (!then.known() || !other.known()) return unknown_of(then, other);
  return with_state(then, other.state);
}

Quantity CaptureExpressions::compare(capture_arithmetic arithmetic, const Quantity& a, const Quantity& b) {
  const auto zero = CaptureProgram::constant_value(b);
  const bool sign_only = arithmetic == CAPTURE_LESS && a.exact_sign && zero && *zero == 0;
  if ((a.exact() && b.exact()) || sign_only) return program.compute(arithmetic, a, b);
  return unknown_of(a, b);
}

Quantity CaptureExpressions::both(capture_arithmetic arithmetic, const Quantity& a, const Quantity& b) {
  const State weaker = std::min(a.state, b.state);
  switch (arithmetic) {
    case CAPTURE_MINIMUM:
      if (!a.known() && !b.known()) return unknown_of(a, b);
      if (!a.known()) return with_state(b, State::bound);
      if (!b.known()) return with_state(a, State::bound);
      break;
    case CAPTURE_SUBTRACT:
      // What is taken away is not negative: a itself is a bound.
      if (a.known() && !b.exact()) return with_state(a, State::bound);
      break;
    case CAPTURE_AND:
    case CAPTURE_MODULO:
      if (a.exact() && b.exact()) break;
      return CaptureProgram::constant_value(b) ? with_state(b, State::bound) : unknown_of(a, b);
    case CAPTURE_DIVIDE:
    case CAPTURE_SHIFT_RIGHT:
      if (!b.exact()) return unknown_of(a, b);
      break;
    case CAPTURE_LESS:
    case CAPTURE_LESS_EQUAL:
    case CAPTURE_EQUAL:
    case CAPTURE_NOT_EQUAL: return compare(arithmetic, a, b);
    case CAPTURE_OR:
    case CAPTURE_XOR:
      if (weaker != State::exact) return unknown_of(a, b);
      break;
    default: break;
  }
  if (weaker == State::unknown) return unknown_of(a, b);
  return with_state(program.compute(arithmetic, a, b), weaker);
}

Quantity CaptureExpressions::unary(Op op, const Quantity& operand) {
  switch (op) {
    case Op::logical_not:
      if (CaptureProgram::constant_value(operand)) return both(CAPTURE_EQUAL, operand, constant(0));
      return operand.exact() ? program.is_zero(operand) : unknown_of(operand, {});
    case Op::negate: return operand.exact() ? both(CAPTURE_SUBTRACT, constant(0), operand) : unknown_of(operand, {});
    case Op::complement:
      return operand.exact() ? both(CAPTURE_XOR, operand, constant(~u64{0})) : unknown_of(operand, {});
    case Op::fd_protocol: {
      if (no_netlink) return constant(~u64{0});
      Quantity quantity;
      if (operand.exact() && operand.operand.source == CAPTURE_ARGUMENT) quantity.descriptor = operand.operand.slot;
      return quantity;
    }
    default: return unknown();
  }
}

Quantity CaptureExpressions::leaf(const Instruction& one, const CaptureNames& names) {
  switch (one.op) {
    case Op::constant: return constant(model_.numbers[one.operand].value[target_.layout_index()]);
    case Op::parameter: return parameter(one.operand, names);
    case Op::field: return field(model_.fields[one.operand], names.structure != nullptr ? names.place : CapturePlace{});
    case Op::old_field:
      if (exit_ || names.structure == nullptr) return unknown();
      return field(model_.fields[one.operand], names.place);
    case Op::nested_field: return nested(one.operand, names);
    case Op::argument: return argument(model_.fields[one.operand]);
    case Op::deref: return pointed(model_.fields[one.operand]);
    case Op::argument_member: return member(one.operand);
    case Op::whole: copy_object(one.operand); return unknown();
    case Op::old_deref: return is_gone(one) ? unknown() : pointed(model_.fields[one.operand]);
    case Op::result: return exit_ ? exactly({CAPTURE_RESULT, 0, 8, 0, 0}) : constant(0);
    case Op::error: return exit_ ? exactly({CAPTURE_ERROR, 0, 8, 0, 0}) : constant(0);
    case Op::extent: return names.extent;
    case Op::stack_pointer: return exactly({CAPTURE_STACK, 0, 8, 0, 0});
    case Op::wordsize: return constant(target_.word());
    case Op::compat: return constant(target_.abi == Target::i386 ? 1 : 0);
    case Op::size_of: return constant(size_of(model_, one.operand, target_));
    case Op::at_exit: return constant(exit_ ? 1 : 0);
    case Op::verbose: return exactly({CAPTURE_VERBOSE, 0, 8, 0, 0});
    default: return unknown();
  }
}

Quantity CaptureExpressions::parameter(u32 slot, const CaptureNames& names) {
  if (slot >= names.parameters.size()) return constant(0);
  const Quantity& quantity = names.parameters[slot];
  if (no_netlink && quantity.descriptor) return constant(~u64{0});
  if (loose && quantity.exact_sign) return unknown();
  Quantity again = quantity;
  again.fresh = false;
  return again;
}

Quantity CaptureExpressions::field(const Field& field, const CapturePlace& place) {
  if (field.type == none || field.dynamic_offset || place.kind == CapturePlace::Kind::nowhere) return unknown();
  if (place.kind == CapturePlace::Kind::element && place.loop != loops) return unknown();
  const Type& type = model_.types[field.type];
  u32 width = integer_width(type, target_);
  if (type.kind == TypeKind::pointer || type.kind == TypeKind::address) width = target_.word();
  if (width == 0 || width > 8) return constant(0);
  capture_operand operand{};
  operand.source = place.kind == CapturePlace::Kind::slot ? CAPTURE_FIELD : CAPTURE_ELEMENT;
  operand.slot = place.kind == CapturePlace::Kind::slot ? place.slot : 0;
  operand.width = static_cast<unsigned char>(width);
  const bool sign = type.is_signed && field.bit_width == 0;
  operand.flags = static_cast<unsigned char>((sign ? CAPTURE_SIGNED : 0) | (type.big_endian ? CAPTURE_BIG_ENDIAN : 0));
  operand.value = static_cast<int>(place.offset + field.offset[target_.layout_index()]);
  if (field.bit_width == 0) return exactly(operand);
  const u64 mask = field.bit_width < 64 ? (u64{1} << field.bit_width) - 1 : ~u64{0};
  return both(CAPTURE_AND, both(CAPTURE_SHIFT_RIGHT, exactly(operand), constant(field.bit_offset)), constant(mask));
}

Quantity CaptureExpressions::nested(u32 list, const CaptureNames& names) {
  if (names.structure == nullptr) return unknown();
  const u32 count = model_.lists[list];
  CapturePlace place = names.place;
  for (u32 i = 0; i + 1 < count; i++) {
    const Field& outer = model_.fields[model_.lists[list + 1 + i]];
    if (outer.dynamic_offset) return unknown();
    place = place.at(outer.offset[target_.layout_index()]);
  }
  return field(model_.fields[model_.lists[list + count]], place);
}

Quantity CaptureExpressions::argument(const Field& field) {
  if (field.from_expression) return value(field.value, {});
  const Type& type = model_.types[field.type];
  const u32 slot = field.offset[target_.layout_index()];
  constexpr u32 registers = 6;
  if (slot >= registers) return constant(0);
  u32 width = integer_width(type, target_);
  if (type.kind == TypeKind::pointer || type.kind == TypeKind::address || width == 0) width = target_.word();
  capture_operand operand{};
  operand.source = CAPTURE_ARGUMENT;
  operand.slot = static_cast<unsigned char>(slot);
  operand.width = static_cast<unsigned char>(width);
  operand.flags = type.is_signed ? CAPTURE_SIGNED : 0;
  if (width < 8 || target_.abi != Target::i386) return exactly(operand);
  // A number of 64 bits lies in two registers.
  operand.width = 4;
  operand.flags = 0;
  const Quantity low = exactly(operand);
  if (slot + 1 >= registers) return low;
  operand.slot++;
  return both(CAPTURE_OR, both(CAPTURE_SHIFT_LEFT, exactly(operand), constant(32)), low);
}

Quantity CaptureExpressions::pointed(const Field& field) {
  const Type& pointer = model_.types[field.type];
  if (pointer.kind != TypeKind::pointer || pointer.ref == none) return unknown();
  const Type& type = model_.types[pointer.ref];
  const u32 width = integer_width(type, target_);
  if (width == 0 || width > 8) return constant(0);
  const std::optional<u8> slot = copy_behind(field, width);
  if (!slot) return unknown();
  const int flags = (type.is_signed ? CAPTURE_SIGNED : 0) | (type.big_endian ? CAPTURE_BIG_ENDIAN : 0);
  return exactly({CAPTURE_FIELD, *slot, static_cast<unsigned char>(width), static_cast<unsigned char>(flags), 0});
}

// The first bytes behind an argument, in a slot.
std::optional<u8> CaptureExpressions::copy_behind(const Field& field, u32 size) {
  const Quantity address = argument(field);
  if (!address.exact()) return std::nullopt;
  std::optional<u8> slot = program.copied(address.operand, size);
  if (slot) return slot;
  slot = program.new_slot();
  capture_op op = bytes_op(address.operand, {}, 1, size);
  op.slot = *slot;
  program.add(op);
  program.note_copy(address.operand, size, *slot);
  return slot;
}

// A field of the struct behind an argument.
Quantity CaptureExpressions::member(u32 list) {
  const u32 count = model_.lists[list];
  u32 offset = 0;
  for (u32 i = 2; i < count; i++) offset += model_.fields[model_.lists[list + i]].offset[target_.layout_index()];
  const Field& last = model_.fields[model_.lists[list + count]];
  const u32 end = offset + last.offset[target_.layout_index()] + size_of(model_, last.type, target_);
  const std::optional<u8> slot = copy_behind(model_.fields[model_.lists[list + 1]], end);
  if (!slot) return unknown();
  return field(last, {CapturePlace::Kind::slot, *slot, 0, offset});
}

void CaptureExpressions::copy_object(u32 argument) {
  const Type& pointer = model_.types[model_.fields[argument].type];
  if (pointer.kind == TypeKind::pointer && pointer.ref != none)
    copy_behind(model_.fields[argument], size_of(model_, pointer.ref, target_));
}

// a && b lies as: a, jump_if_zero → 0; b, !, !, jump 1, 0
std::vector<Range> CaptureExpressions::conjuncts(Range code) const {
  auto at = [&](u32 back) -> const Instruction& { return model_.instructions[code.first + code.count - back]; };
  const bool shaped = code.count > 6 && at(1).op == Op::constant && model_.numbers[at(1).operand].value[0] == 0 &&
                      at(2).op == Op::jump && at(2).operand == 1 && at(3).op == Op::logical_not &&
                      at(4).op == Op::logical_not;
  if (!shaped) return {code};
  for (u32 i = 0; i + 5 < code.count; i++) {
    const Instruction& jump = model_.instructions[code.first + i];
    if (jump.op != Op::jump_if_zero || i + 1 + jump.operand != code.count - 1) continue;
    std::vector<Range> all = conjuncts({code.first, i});
    for (const Range& right : conjuncts({code.first + i + 1, code.count - i - 5})) all.push_back(right);
    return all;
  }
  return {code};
}

void CaptureExpressions::copy_pointed(u32 expr) {
  if (expr == none) return;
  const Range code = model_.exprs[expr].code;
  for (const Instruction& one : model_.instructions.subspan(code.first, code.count)) {
    if (one.op == Op::deref || (one.op == Op::old_deref && !is_gone(one))) pointed(model_.fields[one.operand]);
    if (one.op == Op::argument_member) member(one.operand);
    if (one.op == Op::whole) copy_object(one.operand);
  }
}

// At exit, what an inout pointer pointed to at entry.
bool CaptureExpressions::is_gone(const Instruction& one) const {
  return exit_ && model_.fields[one.operand].direction == Direction::inout;
}

}  // namespace sysray::describe
