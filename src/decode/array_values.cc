// Values of arrays: counted ones, ones that end with a zero, chains of records; read or still in the tracee.
#include <algorithm>
#include <cstdio>

#include "decode/layout.h"
#include "decode/value_builder.h"

namespace sysray::decode {

using describe::ArrayKind;
using describe::none;
using describe::TypeKind;
using event::Value;
using event::ValueKind;

namespace {

constexpr u64 max_elements = 1 << 16;       // of one array, whatever was asked for
constexpr u64 max_bytes = 4 * 1024 * 1024;  // of one array that are read

}  // namespace

u64 ValueBuilder::display_limit(const Type& array, const Scope& scope) const {
  const u64 most = std::min(evaluator_.value_or(array.shown, scope, max_elements), max_elements);
  if (unlimited_) return max_elements;
  return abbreviate_ || array.limited ? std::min<u64>(context_.options.string_limit, most) : most;
}

// The scope that an element's own names are looked up in: its fields, and the carry variable of the array.
Scope ValueBuilder::element_scope(const Type& array, Bytes bytes, const Scope& outer) {
  Scope inner = outer;
  const Type& type = model_.types[array.ref];
  if (type.kind == TypeKind::structure) {
    inner.structure = &model_.structs[type.ref];
    inner.data = bytes.data;
    inner.available = bytes.available;
    inner.address = bytes.address;
  }
  inner.extent = bytes.claimed();
  return inner;
}

u64 ValueBuilder::record_step(const Type& array, Bytes bytes, const Scope& scope) {
  return evaluator_.value(array.step, element_scope(array, bytes, scope));
}

// Whether an element is one of those that are shown at all (@keep).
bool ValueBuilder::kept(const Type& array, Bytes bytes, const Scope& outer) {
  const Type& type = model_.types[array.ref];
  if (type.kind != TypeKind::structure || model_.structs[type.ref].keep == none) return true;
  Scope inner = element_scope(array, bytes, outer);
  inner.slots = slots(type.arguments, outer);
  return evaluator_.value(model_.structs[type.ref].keep, inner) != 0;
}

void ValueBuilder::element(const Type& array, Bytes bytes, u64 index, u64& carry, const Scope& scope, ValueList& list) {
  constexpr size_t max_slots = 15;
  Scope outer = scope;
  outer.index = index;
  outer.filled_from = 0;
  u64 with_carry[max_slots + 1];
  if (array.carry_init != none) {
    const size_t n = std::min(scope.slots.size(), max_slots);
    std::copy_n(scope.slots.begin(), n, with_carry);
    with_carry[n] = carry;
    outer.slots = {with_carry, n + 1};
  }
  if (kept(array, bytes, outer)) list.add(from_bytes(array.ref, bytes, outer));
  if (array.carry_init != none)
    carry = evaluator_.value_or(array.carry_next, element_scope(array, bytes, outer), carry);
}

Value ValueBuilder::list_value(const Type& array, const ValueList& list, Value value) {
  if (array.single && list.size() == 1 && !value.more && !value.fault) return list.data()[0];
  value.kind = ValueKind::array;
  value.set_items(list.data(), list.size());
  return value;
}

// `count` elements lie in `bytes`; `total` is how many there should be.
Value ValueBuilder::elements(const Type& array, Bytes bytes, u64 count, u64 total, const Scope& scope) {
  const u64 each = std::max<u64>(size_of(model_, array.ref, call_.abi), 1);
  const u64 limit = display_limit(array, scope);
  u64 carry = evaluator_.value_or(array.carry_init, scope, 0);
  ValueList list(arena_, std::min<u64>(count, 8) + 1);
  Value value;
  u64 i = 0;
  if (dumps_ != nullptr) [[unlikely]]
    dumps_->enter(total);
  for (; i < count; i++) {
    if (dumps_ != nullptr) [[unlikely]]
      dumps_->at(i);
    const Bytes one = bytes.from(i * each).first(each);
    if (list.size() < limit) {
      element(array, one, i, carry, scope, list);
      continue;
    }
    if (!kept(array, one, scope)) continue;
    value.more = true;
    break;
  }
  if (dumps_ != nullptr) [[unlikely]]
    dumps_->leave();
  // Behind what is shown at most nothing is looked at.
  value.more |= array.shown != none && count < total && list.size() >= limit;
  if (!value.more && count < total) {
    value.fault = true;
    value.number = bytes.address.value + count * each;
  }
  return list_value(array, list, value);
}

// Records in `bytes`. What is left behind the last and too short for a record is shown as its bytes, or behind a
// pointer
// (`pointed_to`) as the address where it begins.
Value ValueBuilder::chain(const Type& array, Bytes bytes, const Scope& scope, bool pointed_to) {
  const u64 limit = display_limit(array, scope);
  const u64 head = record_head(array);
  u64 carry = evaluator_.value_or(array.carry_init, scope, 0);
  ValueList list(arena_);
  Value value;
  u64 at = 0;
  u64 step = 0;
  bool broken = false;  // the last record has no usable length: where the next one begins is unknown
  for (u64 i = 0; at < bytes.claimed(); i++) {
    Bytes record = bytes.from(at);
    if (record.available < head || broken) {
      const bool unknown = record.missing > 0 || pointed_to;
      if (i == 0) return unknown ? unreadable(record) : plain_bytes(record);
      if (broken && (!pointed_to || step > 0)) break;
      value.fault = unknown;
      value.number = record.address.value;
      if (!unknown) list.add(plain_bytes(record));
      break;
    }
    if (list.size() >= limit) {
      value.more = true;
      break;
    }
    step = record_step(array, record, scope);
    broken = step < head;
    if (step > 0) record = record.first(std::max(step, head));
    element(array, record, i, carry, scope, list);
    at += std::max(head,
                   step <= bytes.claimed() ? (step + array.alignment - 1) / array.alignment * array.alignment : step);
  }
  return list_value(array, list, value);
}

// Bytes that no description explains.
Value ValueBuilder::plain_bytes(Bytes bytes) {
  Value value;
  value.kind = ValueKind::string;
  value.hex = true;
  const size_t shown = std::min(bytes.claimed(), context_.options.string_limit);
  if (shown > bytes.available) return unreadable(bytes);
  value.truncated = shown < bytes.claimed();
  value.set_text(arena_.copy({reinterpret_cast<const char*>(bytes.data), shown}));
  return value;
}

// Bytes of what a record begins with, its length among it.
u64 ValueBuilder::record_head(const Type& array) {
  const Type& record = model_.types[array.ref];
  if (record.kind == TypeKind::structure && model_.structs[record.ref].fields.count > 0) {
    const u32 first = model_.fields[model_.structs[record.ref].fields.first].type;
    if (first != none && model_.types[first].kind == TypeKind::structure)
      return std::max<u64>(size_of(model_, first, call_.abi), 1);
  }
  return std::max<u64>(least_size(array.ref, {}), 1);
}

u64 ValueBuilder::count_records(const Type& array, Bytes bytes, const Scope& scope) {
  u64 count = 0;
  for (u64 at = 0; at < bytes.available; count++) {
    const u64 step = record_step(array, bytes.from(at), scope);
    if (step == 0) break;
    at += (step + array.alignment - 1) / array.alignment * array.alignment;
  }
  return count;
}

Value ValueBuilder::inline_array(const Type& type, Bytes bytes, const Scope& scope) {
  if (type.array == ArrayKind::chain) {
    const u64 size = evaluator_.value_or(type.count, scope, bytes.claimed());
    return chain(type, bytes.first(size), scope, false);
  }
  const u64 each = std::max<u64>(size_of(model_, type.ref, call_.abi), 1);
  u64 total = bytes.claimed() / each;
  const u64 declared = type.array == ArrayKind::counted ? evaluator_.value(type.count, scope) : 0;
  const bool cut = type.shown != none && declared > evaluator_.value(type.shown, scope);
  if (type.array == ArrayKind::counted) total = std::min(total, declared);
  if (type.array == ArrayKind::bytes) total = std::min(total, evaluator_.value(type.count, scope) / each);
  const u64 count = std::min(total, bytes.available / each);
  if (count == 0 && total > 0) return unreadable(bytes);
  Value value = elements(type, bytes, count, total, scope);
  value.more |= cut && value.kind == ValueKind::array;
  return value;
}

// The abbreviated form of a list: its address, and how many there are.
Value ValueBuilder::count_comment(const Type& array, u64 at, u64 count, bool unterminated) {
  Value value = address(at);
  value.abbreviated = true;
  const describe::Str noun = model_.strings[model_.lists[array.count_words + (count == 1 ? 0 : 1)]];
  char text[96];
  const int n = snprintf(text, sizeof text, "%llu %s%s", static_cast<unsigned long long>(count), model_.c_str(noun),
                         unterminated ? ", unterminated" : "");
  value.comment = arena_.copy({text, std::min<size_t>(static_cast<size_t>(n), sizeof text - 1)}).data();
  return value;
}

Value ValueBuilder::counted_array_at(const Type& array, u64 at, u64 count, const Scope& scope) {
  const u64 each = size_of(model_, array.ref, call_.abi);
  if (each == 0) return address(at);
  if (count == 0) return list_value(array, ValueList(arena_, 1), {});
  // Elements that `keep` leaves out don't count against the limit: then all are read.
  const Type& type = model_.types[array.ref];
  const bool filtered = type.kind == TypeKind::structure && model_.structs[type.ref].keep != none;
  u64 wanted = filtered ? max_elements : display_limit(array, scope) + 1;
  wanted = std::max<u64>(std::min({wanted, count, max_bytes / each}), 1);
  u8* bytes = static_cast<u8*>(arena_.allocate(wanted * each, 8));
  const u64 got = memory_.read({at}, bytes, wanted * each) / each;
  if (got == 0) return address(at);
  return elements(array, {bytes, got * each, {at}}, got, wanted, scope);
}

Value ValueBuilder::zero_terminated_at(const Type& array, u64 at, const Scope& scope) {
  constexpr size_t largest = 512;
  const u64 each = std::max<u64>(size_of(model_, array.ref, call_.abi), 1);
  if (each > largest) return address(at);
  const bool counting = array.count_words != none && abbreviate_;
  const u64 limit = counting ? max_elements : display_limit(array, scope);
  ValueList list(arena_);
  Value value;
  u64 carry = 0;
  u64 count = 0;
  u8 bytes[largest];
  for (;; count++) {
    const u64 from = at + count * each;
    // Not several at once: what is behind the end was not captured.
    if (memory_.read({from}, bytes, each) < each) {
      value.fault = true;
      value.number = from;
      break;
    }
    if (std::all_of(bytes, bytes + each, [](u8 byte) { return byte == 0; })) break;
    if (count >= limit) {
      value.more = true;
      break;
    }
    if (!counting) element(array, {bytes, each, {from}}, count, carry, scope, list);
  }
  if (value.fault && count == 0) return address(at);
  return counting ? count_comment(array, at, count, value.fault) : list_value(array, list, value);
}

Value ValueBuilder::chain_at(const Type& pointer, const Type& array, u64 at, const Scope& scope) {
  const u64 size = evaluator_.value_or(array.count, scope, evaluator_.value_or(pointer.size, scope, scope.extent));
  const u64 wanted = std::min({size, max_bytes, evaluator_.value_or(array.shown, scope, max_bytes)});
  u8* bytes = static_cast<u8*>(arena_.allocate(wanted + 1, 8));
  const size_t got = memory_.read({at}, bytes, wanted);
  if (got == 0 && wanted > 0) return address(at);
  if (array.count_words != none && abbreviate_)
    return count_comment(array, at, count_records(array, {bytes, got, {at}}, scope), false);
  Value value = chain(array, {bytes, got, {at}, wanted - got}, scope, true);
  value.more |= wanted < size && !value.fault && value.kind == ValueKind::array;
  return value;
}

Value ValueBuilder::array_at(const Type& pointer, const Type& array, u64 at, const Scope& scope) {
  if (array.array == ArrayKind::until_zero) return zero_terminated_at(array, at, scope);
  if (array.array == ArrayKind::chain) return chain_at(pointer, array, at, scope);
  const u64 each = std::max<u64>(size_of(model_, array.ref, call_.abi), 1);
  u64 count = evaluator_.value_or(array.count, scope, 0);
  if (array.array == ArrayKind::bytes) count /= each;
  if (array.array == ArrayKind::flexible) count = evaluator_.value_or(pointer.size, scope, scope.extent) / each;
  if (array.count_words != none && abbreviate_) return count_comment(array, at, count, false);
  return counted_array_at(array, at, count, scope);
}

}  // namespace sysray::decode
