#include "decode/merge.h"

#include <algorithm>

namespace sysray::decode {

using describe::Direction;
using describe::Field;
using describe::none;
using describe::TypeKind;
using event::Value;
using event::ValueKind;

namespace {

const Value* find(const Value& value, const char* name) {
  for (const Value& item : value.items())
    if (item.name == name) return &item;
  return nullptr;
}

// An array that is empty or could not be read to its end is nothing to compare with.
bool is_whole(const Value& value) { return value.kind != ValueKind::array || (value.count > 0 && !value.fault); }

}  // namespace

Value Merge::changed(const Value& before, const Value& after) {
  auto* pair = arena_.make<Value>(2);
  pair[0] = before;
  pair[1] = after;
  pair[0].name = pair[1].name = nullptr;
  Value value;
  value.kind = ValueKind::change;
  // A scalar pointee keeps one pair of brackets around both: [110 => 21].
  if (before.brackets && after.brackets) {
    pair[0].brackets = pair[1].brackets = false;
    value.brackets = true;
  }
  value.name = after.name;
  value.set_items(pair, 2);
  return value;
}

const describe::Struct* Merge::directed(u32 type) const {
  while (type != none && (model_.types[type].kind == TypeKind::pointer || model_.types[type].kind == TypeKind::array))
    type = model_.types[type].ref;
  if (type == none || model_.types[type].kind != TypeKind::structure) return nullptr;
  const describe::Struct& st = model_.structs[model_.types[type].ref];
  return st.field_directions ? &st : nullptr;
}

// The field of this name, in a switch too; nullptr if none has it.
const Field* Merge::field_named(describe::Range range, const char* name) const {
  for (const Field& one : model_.fields.subspan(range.first, range.count)) {
    if (one.switch_index != none) {
      const describe::Range arms = model_.switches[one.switch_index].arms;
      for (const describe::Arm& arm : model_.arms.subspan(arms.first, arms.count))
        if (const Field* inner = field_named(arm.fields, name)) return inner;
    } else if (name == model_.c_str(one.name)) {
      return &one;
    }
  }
  return nullptr;
}

bool Merge::only_out(const describe::Struct& st, const Value& item) const {
  const Field* field = field_named(st.fields, item.name);
  return field != nullptr && field->direction == Direction::out;
}

bool Merge::hides_out(describe::Range range) const {
  const auto all = model_.fields.subspan(range.first, range.count);
  return std::ranges::any_of(all, [](const Field& one) { return one.direction == Direction::out && one.verbose; });
}

Value Merge::given(const Field& field, const Value& before, const Value& address) {
  if (field.lost && is_whole(before) && before.kind != ValueKind::address) return changed(before, address);
  const describe::Struct* st = directed(field.type);
  if (st == nullptr || before.kind != ValueKind::structure) return before;
  ValueList list(arena_, before.count + 1);
  // A pointer to what the call would have written was passed in itself.
  for (const Value& item : before.items())
    if (item.kind == ValueKind::address || !only_out(*st, item)) list.add(item);
  Value value = before;
  if (hides_out(st->fields)) value.more = false;  // what is hidden is not there
  value.set_items(list.data(), list.size());
  return value;
}

Value Merge::merged(const Field& field, const Value& before, const Value& after) {
  const bool unread = before.kind == ValueKind::address && after.kind == ValueKind::address;
  if ((!field.both || unread || !is_whole(before)) && same_value(before, after)) return after;
  if (after.kind == ValueKind::structure && after.count == 0) return before;
  const describe::Struct* st = directed(field.type);
  if (st != nullptr && before.kind == ValueKind::structure && after.kind == ValueKind::structure)
    return structures(*st, before, after);
  if (st != nullptr && before.kind == ValueKind::array && after.kind == ValueKind::array)
    return arrays(*st, before, after);
  return changed(before, after);
}

// One struct, each field as of the moment its direction names. In the order of what there is at exit; what only was
// there at entry stays where it was.
Value Merge::structures(const describe::Struct& st, const Value& before, const Value& after) {
  ValueList list(arena_, after.count + before.count + 1);
  const Value* next = before.items().data();
  const Value* const end = next + before.count;
  const auto keep = [&](const Value* until) {
    for (; next < until; next++) {
      const Field* field = find(after, next->name) == nullptr ? field_named(st.fields, next->name) : nullptr;
      if (field != nullptr && field->direction == Direction::in) list.add(*next);
    }
  };
  for (const Value& item : after.items()) {
    const Value* old_value = find(before, item.name);
    if (old_value != nullptr && old_value >= next) keep(old_value), next++;
    list.add(old_value == nullptr ? item : both(field_named(st.fields, item.name), *old_value, item));
  }
  keep(end);
  Value value = after;
  value.set_items(list.data(), list.size());
  return value;
}

Value Merge::both(const Field* field, const Value& before, const Value& after) {
  if (field == nullptr) return after;
  if (field->direction == Direction::in) return before;
  if (field->direction == Direction::inout) return same_value(before, after) ? after : changed(before, after);
  const describe::Struct* inner = field->direction == Direction::none ? directed(field->type) : nullptr;
  if (inner == nullptr || before.kind != ValueKind::structure || after.kind != ValueKind::structure) return after;
  Value value = structures(*inner, before, after);
  value.name = after.name;
  return value;
}

// Elements that the call filled; of those behind them only what was passed in is known.
Value Merge::arrays(const describe::Struct& st, const Value& before, const Value& after) {
  ValueList list(arena_, after.count + 1);
  for (u32 i = 0; i < after.count; i++) {
    const Value& one = after.items()[i];
    const bool both =
        i < before.count && one.kind == ValueKind::structure && before.items()[i].kind == ValueKind::structure;
    list.add(both ? structures(st, before.items()[i], one) : one);
  }
  Value value = after;
  value.set_items(list.data(), list.size());
  return value;
}

bool same_value(const Value& a, const Value& b) {
  if (a.kind != b.kind || a.number != b.number || a.count != b.count || a.truncated != b.truncated ||
      a.more != b.more || a.inverted != b.inverted)
    return false;
  switch (a.kind) {
    case ValueKind::string:
    case ValueKind::literal:
    case ValueKind::word:
    case ValueKind::symbol: return a.text() == b.text();
    case ValueKind::flags:
    case ValueKind::structure:
    case ValueKind::array:
    case ValueKind::change:
    case ValueKind::format: return std::equal(a.items().begin(), a.items().end(), b.items().begin(), same_value);
    default: return true;
  }
}

}  // namespace sysray::decode
