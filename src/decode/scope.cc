#include "decode/scope.h"

#include <algorithm>
#include <cstring>

#include "decode/layout.h"

namespace sysray::decode {

using describe::Field;
using describe::none;
using describe::Op;
using describe::Type;
using describe::TypeKind;

namespace {

u64 apply(Op op, u64 a, u64 b) {
  auto sa = static_cast<s64>(a);
  auto sb = static_cast<s64>(b);
  switch (op) {
    case Op::add: return a + b;
    case Op::subtract: return a - b;
    case Op::multiply: return a * b;
    // wrap-around of the one signed quotient that overflows
    case Op::divide: return b == 0 ? 0 : sb == -1 ? 0 - a : static_cast<u64>(sa / sb);
    case Op::modulo: return b == 0 || sb == -1 ? 0 : static_cast<u64>(sa % sb);
    case Op::unsigned_divide: return b == 0 ? 0 : a / b;
    case Op::unsigned_modulo: return b == 0 ? 0 : a % b;
    case Op::bit_and: return a & b;
    case Op::bit_or: return a | b;
    case Op::bit_xor: return a ^ b;
    case Op::shift_left: return b < 64 ? a << b : 0;
    case Op::shift_right: return b < 64 ? a >> b : 0;
    case Op::less: return sa < sb;
    case Op::less_equal: return sa <= sb;
    case Op::greater: return sa > sb;
    case Op::greater_equal: return sa >= sb;
    case Op::equal: return a == b;
    case Op::not_equal: return a != b;
    case Op::minimum: return static_cast<u64>(std::min(sa, sb));
    case Op::maximum: return static_cast<u64>(std::max(sa, sb));
    case Op::align: return b == 0 ? a : (a + b - 1) / b * b;
    default: return 0;
  }
}

}  // namespace

void OldFields::keep(u64 address, u64 value) {
  constexpr size_t most = 1024;  // UIO_MAXIOV, linux/uio.h: messages of one call
  if (!find(address) && kept_.size() < most) kept_.push_back({address, value});
}

std::optional<u64> OldFields::find(u64 address) const {
  // They are asked for in the order in which they were kept.
  for (size_t i = 0; i < kept_.size(); i++) {
    const Kept& one = kept_[(next_ + i) % kept_.size()];
    if (one.address != address) continue;
    next_ = (next_ + i + 1) % kept_.size();
    return one.value;
  }
  return std::nullopt;
}

int Evaluator::socket_protocol(int descriptor) const {
  if (call_.socket.known && call_.socket.descriptor == descriptor) return call_.socket.protocol;
  return resolver_.socket_protocol(call_.tid, descriptor);
}

u64 Evaluator::computed(describe::Range code, const Scope& scope) const {
  constexpr size_t max_depth = 32;  // the compiler refuses deeper expressions
  u64 stack[max_depth];
  size_t top = 0;
  auto push = [&](u64 v) {
    if (top < max_depth) stack[top++] = v;
  };
  auto pop = [&]() -> u64 { return top > 0 ? stack[--top] : 0; };

  const auto layout = static_cast<size_t>(layout_of(call_.abi));
  for (u32 at = 0; at < code.count; at++) {
    const describe::Instruction& in = model_.instructions[code.first + at];
    switch (in.op) {
      case Op::constant: push(model_.numbers[in.operand].value[layout]); break;
      case Op::parameter: push(in.operand < scope.slots.size() ? scope.slots[in.operand] : 0); break;
      case Op::field: push(field(in.operand, scope)); break;
      case Op::old_field: push(old_field(in.operand, scope)); break;
      case Op::nested_field: push(nested_field(in.operand, scope)); break;
      case Op::argument: push(argument(model_.fields[in.operand])); break;
      case Op::deref: push(pointed(model_.fields[in.operand]).value_or(0)); break;
      case Op::old_deref: push(old_value(in.operand)); break;
      case Op::argument_member: push(argument_member(in.operand)); break;
      case Op::whole: push(whole(model_.fields[in.operand])); break;
      case Op::result: push(static_cast<u64>(call_.result)); break;
      case Op::error: push(call_.error); break;
      case Op::index: push(scope.index); break;
      case Op::extent: push(scope.extent); break;
      case Op::readable: push(scope.available); break;
      case Op::stack_pointer: push(call_.stack_pointer); break;
      case Op::wordsize: push(word_size(call_.abi)); break;
      case Op::compat: push(call_.abi == event::Abi::i386); break;
      case Op::size_of: push(size_of(model_, in.operand, call_.abi)); break;
      case Op::fd_protocol: push(static_cast<u64>(static_cast<s64>(socket_protocol(static_cast<int>(pop()))))); break;
      case Op::fd_link:
        push(resolver_.descriptor_refers_to(call_.tid, static_cast<int>(pop()),
                                            model_.text(model_.strings[in.operand])));
        break;
      case Op::fd_vcpu: push(resolver_.vcpu_state(call_.tid, static_cast<int>(pop()))); break;
      case Op::fd_device: push(resolver_.descriptor_device(call_.tid, static_cast<int>(pop()))); break;
      case Op::at_exit: push(call_.at_exit); break;
      case Op::verbose: push(call_.verbose); break;
      case Op::negate: push(0 - pop()); break;
      case Op::complement: push(~pop()); break;
      case Op::logical_not: push(!pop()); break;
      case Op::jump_if_zero:
        if (pop() == 0) at += in.operand;
        break;
      case Op::jump: at += in.operand; break;
      default: {
        const u64 b = pop();
        if (top > 0) stack[top - 1] = apply(in.op, stack[top - 1], b);
      }
    }
  }
  return pop();
}

u64 Evaluator::load_field(const Field& field, const u8* data, size_t available) const {
  if (field.type == none) return 0;
  const Type& type = model_.types[field.type];
  u32 width = integer_width(type, call_.abi);
  u32 offset = field.offset[static_cast<size_t>(layout_of(call_.abi))];
  if (type.kind == TypeKind::pointer || type.kind == TypeKind::address) width = word_size(call_.abi);
  if (width == 0 || width > 8 || offset > available) return 0;
  const size_t there = std::min<size_t>(available - offset, width);
  if (there < width && !type.zero_filled) return 0;
  u8 whole[8] = {};
  if (there < width) std::copy_n(data + offset, there, whole);
  u64 value = there < width ? load(whole, sizeof whole, false) : load(data + offset, width, type.big_endian);
  if (field.bit_width != 0) {
    value = value >> field.bit_offset & ((field.bit_width < 64 ? u64{1} << field.bit_width : 0) - 1);
    return value;
  }
  return extend(value, width, type.is_signed);
}

u64 Evaluator::field(u32 field, const Scope& scope) const {
  if (scope.structure == nullptr) return 0;
  return load_field(model_.fields[field], scope.data, there(scope));
}

u64 Evaluator::nested_field(u32 list, const Scope& scope) const {
  if (scope.structure == nullptr) return 0;
  const u32 count = model_.lists[list];
  const auto layout = static_cast<size_t>(layout_of(call_.abi));
  size_t offset = 0;
  for (u32 i = 0; i + 1 < count; i++) offset += model_.fields[model_.lists[list + 1 + i]].offset[layout];
  const size_t available = there(scope);
  if (offset > available) return 0;
  return load_field(model_.fields[model_.lists[list + count]], scope.data + offset, available - offset);
}

// At entry the value is kept, for the exit to ask for.
u64 Evaluator::old_field(u32 number, const Scope& scope) const {
  const u64 now = field(number, scope);
  if (call_.old_fields == nullptr) return now;
  const u64 at = scope.address.value + model_.fields[number].offset[static_cast<size_t>(layout_of(call_.abi))];
  if (call_.at_exit) return call_.old_fields->find(at).value_or(now);
  call_.old_fields->keep(at, now);
  return now;
}

// One that does not simply lie in a register of 64 bits.
u64 Evaluator::unusual_argument(const Field& field) const {
  if (field.from_expression) return value(field.value, Scope{});
  const Type& type = model_.types[field.type];
  const u32 slot = field.offset[static_cast<size_t>(layout_of(call_.abi))];
  if (slot >= call_.registers.size()) return 0;
  u32 width = integer_width(type, call_.abi);
  if (type.kind == TypeKind::union_type && width == 0) width = word_size(call_.abi);
  u64 raw = call_.registers[slot];
  if (width == 8 && word_size(call_.abi) == 4 && call_.abi == event::Abi::i386) {
    u64 high = slot + 1 < call_.registers.size() ? call_.registers[slot + 1] : 0;
    return (raw & 0xffffffff) | high << 32;
  }
  if (width == 0) return call_.abi == event::Abi::x86_64 ? raw : raw & 0xffffffff;
  return extend(raw, width, type.is_signed);
}

std::optional<u64> Evaluator::pointed(const Field& field) const {
  const Type& pointer = model_.types[field.type];
  if (pointer.kind != TypeKind::pointer) return std::nullopt;
  const Type& target = model_.types[pointer.ref];
  u32 width = integer_width(target, call_.abi);
  if (width == 0 || width > 8) return std::nullopt;
  u8 bytes[8];
  RemoteAddress address{argument(field)};
  if (address.value == 0 || memory_.read(address, bytes, width) != width) return std::nullopt;
  return extend(load(bytes, width, target.big_endian), width, target.is_signed);
}

// A field of the struct that an argument points to. Only the field itself must be readable.
u64 Evaluator::argument_member(u32 list) const {
  const u32 count = model_.lists[list];
  const auto layout = static_cast<size_t>(layout_of(call_.abi));
  u64 offset = 0;
  for (u32 i = 2; i <= count; i++) offset += model_.fields[model_.lists[list + i]].offset[layout];
  Field last = model_.fields[model_.lists[list + count]];
  last.offset[layout] = 0;
  const u64 at = argument(model_.fields[model_.lists[list + 1]]);
  u8 bytes[8];
  if (at == 0) return 0;
  const Type& type = model_.types[last.type];
  const bool is_pointer = type.kind == TypeKind::pointer || type.kind == TypeKind::address;
  const u32 width = is_pointer ? word_size(call_.abi) : integer_width(type, call_.abi);
  if (width == 0 || width > 8 || memory_.read({at + offset}, bytes, width) != width) return 0;
  return load_field(last, bytes, width);
}

bool Evaluator::whole(const Field& field) const {
  constexpr size_t largest = 4096;
  const u64 at = argument(field);
  const Type& pointer = model_.types[field.type];
  if (at == 0 || pointer.kind != TypeKind::pointer) return false;
  const size_t size = size_of(model_, pointer.ref, call_.abi);
  u8 bytes[largest];
  return size <= largest && memory_.read({at}, bytes, size) == size;
}

u64 Evaluator::old_value(u32 field) const {
  for (u8 i = 0; i < call_.saved_count; i++)
    if (call_.saved[i].field == field) return call_.saved[i].value;
  return pointed(model_.fields[field]).value_or(0);
}

}  // namespace sysray::decode
