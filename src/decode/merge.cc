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

// Whether the field of this name has the direction out.
bool Merge::only_out(describe::Range range, const char* name) const {
  for (const Field& one : model_.fields.subspan(range.first, range.count)) {
    if (one.switch_index != none) {
      const describe::Range arms = model_.switches[one.switch_index].arms;
      for (const describe::Arm& arm : model_.arms.subspan(arms.first, arms.count))
        if (only_out(arm.fields, name)) return true;
    } else if (one.direction == Direction::out && name == model_.c_str(one.name)) {
      return true;
    }
  }
  return false;
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
    if (item.kind == ValueKind::address || !only_out(st->fields, item.name)) list.add(item);
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

// One struct, each field as of the moment its direction names.
Value Merge::structures(const describe::Struct& st, const Value& before, const Value& after) {
  ValueList list(arena_, after.count + before.count + 1);
  if (st.show.count == 0) fields(st.fields, before, after, list);
  for (u32 i = 0; i < st.show.count; i++)
    fields({st.fields.first + model_.lists[st.show.first + i], 1}, before, after, list);
  Value value = after;
  value.set_items(list.data(), list.size());
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

void Merge::fields(describe::Range range, const Value& before, const Value& after, ValueList& list) {
  for (const Field& one : model_.fields.subspan(range.first, range.count)) {
    if (one.switch_index == none) {
      field(one, before, after, list);
      continue;
    }
    const describe::Range arms = model_.switches[one.switch_index].arms;
    for (const describe::Arm& arm : model_.arms.subspan(arms.first, arms.count))
      fields(arm.fields, before, after, list);
  }
}

void Merge::field(const Field& field, const Value& before, const Value& after, ValueList& list) {
  const char* name = model_.c_str(field.name);
  for (size_t i = 0; i < list.size(); i++)
    if (list.data()[i].name == name) return;  // a field of another arm with the same name
  const Value* old_value = find(before, name);
  const Value* new_value = find(after, name);
  const bool both = old_value != nullptr && new_value != nullptr;
  const describe::Struct* inner = both && field.direction == Direction::none ? directed(field.type) : nullptr;
  if (field.direction == Direction::in && old_value != nullptr) {
    list.add(*old_value);
  } else if (field.direction == Direction::inout && both) {
    list.add(same_value(*old_value, *new_value) ? *new_value : changed(*old_value, *new_value));
  } else if (inner != nullptr && old_value->kind == ValueKind::structure && new_value->kind == ValueKind::structure) {
    Value value = structures(*inner, *old_value, *new_value);
    value.name = name;
    list.add(value);
  } else if (new_value != nullptr) {
    list.add(*new_value);
  }
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
