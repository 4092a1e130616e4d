#include "describe/capture_program.h"

#include <algorithm>
#include <limits>

#include "describe/capture_arithmetic.h"

namespace sysray::describe {

bool operator==(const capture_operand& a, const capture_operand& b) {
  return a.source == b.source && a.slot == b.slot && a.width == b.width && a.flags == b.flags && a.value == b.value;
}

Quantity exactly(const capture_operand& operand) {
  Quantity quantity;
  quantity.state = Quantity::State::exact;
  quantity.operand = operand;
  return quantity;
}

Quantity unknown() { return {}; }

namespace {

bool same_op(const capture_op& a, const capture_op& b) {
  return a.kind == b.kind && a.flags == b.flags && a.slot == b.slot && a.length == b.length &&
         a.arithmetic == b.arithmetic && a.limit == b.limit && a.stride == b.stride && a.cap == b.cap && a.a == b.a &&
         a.b == b.b;
}

capture_op op_of(capture_kind kind) {
  capture_op op{};
  op.kind = static_cast<unsigned char>(kind);
  op.slot = CAPTURE_NO_SLOT;
  return op;
}

}  // namespace

capture_op test_op(const capture_operand& condition) {
  capture_op op = op_of(CAPTURE_TEST);
  op.a = condition;
  return op;
}

capture_op live_op(capture_live_reason reason) {
  capture_op op = op_of(CAPTURE_LIVE);
  op.slot = static_cast<unsigned char>(reason);
  return op;
}

capture_op descriptor_op(const capture_operand& descriptor, bool on_success) {
  capture_op op = op_of(CAPTURE_DESCRIPTOR);
  op.flags = on_success ? CAPTURE_ON_SUCCESS : 0;
  op.a = descriptor;
  return op;
}

capture_op compute_op(u8 temporary, capture_arithmetic arithmetic, const capture_operand& a, const capture_operand& b) {
  capture_op op = op_of(CAPTURE_COMPUTE);
  op.slot = temporary;
  op.arithmetic = static_cast<unsigned char>(arithmetic);
  op.a = a;
  op.b = b;
  return op;
}

capture_op bytes_op(const capture_operand& address, const capture_operand& count, u32 stride, u64 cap) {
  capture_op op = op_of(CAPTURE_BYTES);
  op.stride = stride;
  op.cap = static_cast<u32>(std::min<u64>(cap, CAPTURE_MAX_BYTES));
  op.a = address;
  op.b = count;
  return op;
}

capture_op switch_op(const capture_operand& selector, capture_range cases) {
  capture_op op = op_of(CAPTURE_SWITCH);
  op.stride = cases.first;
  op.cap = cases.count;
  op.a = selector;
  return op;
}

capture_op string_op(const capture_operand& address, const capture_operand& bound, u32 cap) {
  capture_op op = op_of(CAPTURE_STRING);
  op.cap = cap;
  op.a = address;
  op.b = bound;
  return op;
}

size_t CaptureProgram::add(const capture_op& op) {
  // The same once more, right behind: nothing new.
  if (ops_.size() > closed_ && op.slot == CAPTURE_NO_SLOT && same_op(ops_.back(), op)) return ops_.size() - 1;
  if (ops_.size() >= CAPTURE_MAX_PROGRAM) {
    overflowed_ = true;
    return ops_.size() - 1;
  }
  ops_.push_back(op);
  return ops_.size() - 1;
}

u8 CaptureProgram::new_slot() {
  if (slots_ < CAPTURE_MAX_SLOTS) return slots_++;
  overflowed_ = true;
  return 0;
}

u8 CaptureProgram::new_temporary() {
  if (temporaries_ < CAPTURE_MAX_TEMPORARIES) return temporaries_++;
  overflowed_ = true;
  return 0;
}

std::optional<u64> CaptureProgram::constant_value(const Quantity& quantity) {
  return quantity.exact() ? constant_operand(quantity.operand) : std::nullopt;
}

std::optional<u64> CaptureProgram::constant_operand(const capture_operand& operand) {
  if (operand.source != CAPTURE_CONSTANT) return std::nullopt;
  const auto value = static_cast<s64>(operand.value);
  return (operand.flags & CAPTURE_SIGNED) != 0 ? static_cast<u64>(value) : static_cast<u64>(value) & 0xffffffff;
}

Quantity CaptureProgram::constant(u64 value) {
  const auto number = static_cast<s64>(value);
  capture_operand operand{.source = CAPTURE_CONSTANT, .slot = 0, .width = 4, .flags = CAPTURE_SIGNED, .value = 0};
  operand.value = static_cast<int>(static_cast<u32>(value));
  if (number >= std::numeric_limits<int>::min() && number <= std::numeric_limits<int>::max()) return exactly(operand);
  if (value <= 0xffffffff) {
    operand.flags = 0;
    return exactly(operand);
  }
  const Quantity high = compute(CAPTURE_SHIFT_LEFT, constant(value >> 32), constant(32));
  return compute(CAPTURE_OR, high, constant(value & 0xffffffff));
}

Quantity CaptureProgram::compute(capture_arithmetic arithmetic, const Quantity& a, const Quantity& b) {
  const auto first = constant_operand(a.operand);
  const auto second = constant_operand(b.operand);
  if (first && second) {
    const u64 value = capture_calculate(arithmetic, *first, *second);
    // Others would be taken apart and put together again without end.
    const auto number = static_cast<s64>(value);
    if (value <= 0xffffffff || (number < 0 && number >= std::numeric_limits<int>::min())) return constant(value);
  }
  const bool picks = arithmetic == CAPTURE_MINIMUM || arithmetic == CAPTURE_MAXIMUM;
  if (picks && a.operand == b.operand) return a;
  free_fresh(b);
  free_fresh(a);
  const u8 temporary = new_temporary();
  add(compute_op(temporary, arithmetic, a.operand, b.operand));
  Quantity result = value_of(temporary);
  result.fresh = true;
  return result;
}

// The last temporary taken is free again once what asks for it takes its place.
void CaptureProgram::free_fresh(const Quantity& quantity) {
  if (quantity.fresh && quantity.operand.source == CAPTURE_TEMPORARY && quantity.operand.slot + 1 == temporaries_)
    temporaries_--;
}

// Whether a temporary holds the result of a comparison.
bool CaptureProgram::is_truth(const capture_operand& operand) const {
  if (operand.source != CAPTURE_TEMPORARY) return false;
  for (size_t at = ops_.size(); at-- > closed_;) {
    const capture_op& op = ops_[at];
    if (op.kind == CAPTURE_COMPUTE && op.slot == operand.slot)
      return op.arithmetic >= CAPTURE_LESS && op.arithmetic <= CAPTURE_NOT_EQUAL;
  }
  return false;
}

capture_op* CaptureProgram::last_compute(const Quantity& quantity) {
  if (!quantity.fresh || ops_.size() <= closed_ || quantity.operand.source != CAPTURE_TEMPORARY) return nullptr;
  capture_op& last = ops_.back();
  return last.kind == CAPTURE_COMPUTE && last.slot == quantity.operand.slot ? &last : nullptr;
}

Quantity CaptureProgram::is_zero(const Quantity& quantity) {
  capture_op* last = last_compute(quantity);
  const bool negation = last != nullptr && last->arithmetic == CAPTURE_EQUAL && last->b == constant(0).operand;
  if (!negation) return compute(CAPTURE_EQUAL, quantity, constant(0));
  // Of two negations in a row one comparison is left, or none if what they negate is a truth value in the same place.
  last->arithmetic = CAPTURE_NOT_EQUAL;
  const capture_op before = *last;
  ops_.pop_back();
  if (before.a == quantity.operand && is_truth(before.a)) return quantity;
  ops_.push_back(before);
  return quantity;
}

void CaptureProgram::assign(u8 variable, const Quantity& value) {
  capture_op* last = last_compute(value);
  if (last != nullptr && last->arithmetic != CAPTURE_SELECT)
    last->slot = variable;
  else
    add(compute_op(variable, CAPTURE_ADD, value.operand, {}));
}

Quantity CaptureProgram::value_of(u8 variable) const {
  return exactly({.source = CAPTURE_TEMPORARY, .slot = variable, .width = 8, .flags = 0, .value = 0});
}

void CaptureProgram::release(const Mark& mark) {
  slots_ = mark.slots;
  temporaries_ = mark.temporaries;
  std::erase_if(copies_, [&](const Copied& one) { return one.slot >= mark.slots; });
}

void CaptureProgram::close(size_t head, const Mark& mark) {
  copies_.resize(std::min(copies_.size(), mark.copies));
  release(mark);
  const size_t length = ops_.size() - head - 1;
  if (length > std::numeric_limits<unsigned char>::max()) overflowed_ = true;
  if (length == 0 && !overflowed_)
    ops_.pop_back();  // nothing hangs on it
  else
    ops_[head].length = static_cast<unsigned char>(length);
  closed_ = ops_.size();
}

std::optional<u8> CaptureProgram::copied(const capture_operand& address, u32 size) const {
  for (const Copied& one : copies_)
    if (one.address == address && one.size >= size) return one.slot;
  return std::nullopt;
}

void CaptureProgram::note_copy(const capture_operand& address, u32 size, u8 slot) {
  copies_.push_back({address, size, slot});
}

CaptureProgram CaptureProgram::continued() const {
  CaptureProgram next = *this;
  next.ops_.clear();
  next.closed_ = 0;
  return next;
}

}  // namespace sysray::describe
