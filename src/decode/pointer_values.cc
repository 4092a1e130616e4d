// Values of registers, and of what pointers point to: strings and objects, read as far as the memory is there.
#include <algorithm>
#include <cstdio>
#include <utility>

#include "decode/layout.h"
#include "decode/value_builder.h"

namespace sysray::decode {

using describe::none;
using describe::Semantic;
using describe::Tail;
using describe::TypeKind;
using event::Value;
using event::ValueKind;

namespace {

constexpr size_t path_limit = 4096;    // PATH_MAX, linux/limits.h
constexpr u64 max_object = 64 * 1024;  // bytes of one object that are read
constexpr size_t most_whole = 4096;    // bytes of a string that -s does not cut
constexpr size_t max_tail = 4096;      // bytes behind a known object that are looked at

bool is_scalar(const describe::Type& type) {
  switch (type.kind) {
    case TypeKind::integer:
    case TypeKind::address:
    case TypeKind::set:
    case TypeKind::pointer: return true;
    case TypeKind::format:
    case TypeKind::semantic: return type.width != 0;
    default: return false;
  }
}

}  // namespace

Value ValueBuilder::from_register(u32 index, u64 raw, const Scope& scope) {
  const Type& type = model_.types[index];
  switch (type.kind) {
    case TypeKind::none: return {};
    case TypeKind::integer:
    case TypeKind::set:
    case TypeKind::semantic:
    case TypeKind::format: {
      const bool commented = type.timestamp || type.comment != none || type.format == describe::IntFormat::date;
      return commented ? commented_number(type, raw, scope) : numeric(type, raw, scope);
    }
    case TypeKind::pointer:
      // A 64-bit field that holds a pointer of a 32-bit program, and more.
      if (word_size(call_.abi) == 4 && raw >> 32 != 0) {
        Value wide = address(0);
        wide.width = 8;
        wide.number = raw;
        return wide;
      }
      return pointed(type, extend(raw, word_size(call_.abi), false), scope);
    case TypeKind::union_type: {
      const u32 chosen = union_case(type, scope, ~u64{0});
      Scope inner = scope;
      inner.slots = slots(type.arguments, scope);
      return chosen == none ? Value{} : from_register(chosen, raw, inner);
    }
    default: return address(raw);
  }
}

Value ValueBuilder::numeric(const Type& type, u64 raw, const Scope& scope) {
  switch (type.kind) {
    case TypeKind::integer: return integer(type, raw);
    case TypeKind::set: return set(type, raw, scope);
    case TypeKind::semantic: return semantic(type, raw, scope);
    default: return format(type, raw, scope, {});
  }
}

Value ValueBuilder::commented_number(const Type& type, u64 raw, const Scope& scope) {
  Value value = numeric(type, raw, scope);
  add_comments(value, type, scope);
  return value;
}

namespace {

class Deeper {
 public:
  explicit Deeper(u32& depth) : depth_(depth) { depth_++; }
  ~Deeper() { depth_--; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  u32& depth_;
};

}  // namespace

Value ValueBuilder::pointed(const Type& pointer, u64 at, const Scope& scope) {
  constexpr u32 max_pointer_depth = 12;
  if (at == 0 || pointer.ref == none || depth_ >= max_pointer_depth) return address(at);
  if (pointer.valid != none && evaluator_.value(pointer.valid, scope) == 0) return address(at);
  if (pointer.links != 0) return linked(pointer, at, scope);
  const Deeper deeper(depth_);
  const bool plain = pointer.unreadable == none && !pointer.with_address;
  return plain ? target_at(pointer, pointer.ref, at, scope) : adorned(pointer, at, scope);
}

Value ValueBuilder::adorned(const Type& pointer, u64 at, const Scope& scope) {
  Value value = target_at(pointer, pointer.ref, at, scope);
  if (pointer.unreadable != none && value.kind == ValueKind::address) {
    value = {};
    value.kind = ValueKind::literal;
    value.set_text(model_.text(model_.strings[pointer.unreadable]));
  } else if (pointer.with_address && value.kind != ValueKind::address) {
    char text[24];
    const int n = snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(at));
    value.comment = arena_.copy({text, static_cast<size_t>(n)}).data();
  }
  return value;
}

// The next of a list. A list does not nest: what it holds may be as deep as that of its first.
Value ValueBuilder::linked(const Type& pointer, u64 at, const Scope& scope) {
  if (links_ >= pointer.links) {
    Value value = address(at);
    value.comment = "...";
    return value;
  }
  const u32 depth = std::exchange(depth_, 1);
  links_++;
  const Value value = target_at(pointer, pointer.ref, at, scope);
  links_--;
  depth_ = depth;
  return value;
}

Value ValueBuilder::target_at(const Type& pointer, u32 index, u64 at, const Scope& scope) {
  const Type& target = model_.types[index];
  switch (target.kind) {
    case TypeKind::none: return address(at);
    case TypeKind::string:
    case TypeKind::path: return string_at(target, at, scope);
    case TypeKind::chars: return chars_at(target, at, scope, pointer);
    default: break;
  }
  if (!dereference_) return address(at);
  if (target.kind == TypeKind::array) return array_at(pointer, target, at, scope);
  if (target.kind == TypeKind::semantic && !is_scalar(target)) return set_at(target, at, scope);
  if (target.kind == TypeKind::union_type) {
    const u32 chosen = union_case(target, scope, ~u64{0});
    Scope inner = scope;
    inner.slots = slots(target.arguments, scope);
    // `extent` within the case is what @size says of the pointee.
    inner.extent = evaluator_.value_or(pointer.size, scope, 0);
    return chosen == none ? address(at) : target_at(pointer, chosen, at, inner);
  }
  return object_at(pointer, index, at, scope);
}

Value ValueBuilder::string_at(const Type& type, u64 at, const Scope& scope) {
  const bool is_path = type.kind == TypeKind::path;
  const size_t shown = is_path ? path_limit - 1 : context_.options.string_limit;
  // A string that goes on behind what is looked at (@shown) counts as cut, one that ends with its room does not.
  const u64 looked_at = evaluator_.value_or(type.shown, scope, ~u64{0});
  const u64 bound = std::min(evaluator_.value_or(type.count, scope, ~u64{0}), looked_at);
  const auto wanted = static_cast<size_t>(std::min<u64>(u64{shown} + 1, bound));
  char* to = static_cast<char*>(arena_.allocate(wanted + 1, 1));
  const event::MemoryView::StringRead got = memory_.read_string({at}, to, wanted);
  Value value;
  if (got.faulted) {
    value = address(at);
    return value;
  }
  value.kind = ValueKind::string;
  value.is_path = is_path;
  value.nul_terminated = got.terminated;
  value.truncated =
      !got.terminated && (got.length > shown || bound > wanted || got.length >= looked_at || type.limited);
  const bool whole = type.trimmed && !got.terminated && got.length == bound && got.length > 0;
  value.truncated |= whole;
  value.set_text({to, std::min(whole ? got.length - 1 : got.length, shown)});
  if (is_path && context_.options.security_contexts)
    add_security(value, context_.resolver.file_security(call_.tid, last_dirfd_, value.text(), arena_));
  return value;
}

Value ValueBuilder::chars_at(const Type& type, u64 at, const Scope& scope, const Type& pointer) {
  const u64 size = evaluator_.value_or(type.count != none ? type.count : pointer.size, scope, scope.extent);
  const u64 limit = std::min<u64>(type.uncut ? most_whole : context_.options.string_limit,
                                  evaluator_.value_or(type.shown, scope, ~u64{0}));
  const auto shown = static_cast<size_t>(std::min<u64>(size, limit));
  const bool goes_on = size > shown;
  char* to = static_cast<char*>(arena_.allocate(shown + 1, 1));
  // As strace does, one byte more is read than is shown: the string goes on only if it can be read.
  const size_t wanted = goes_on ? shown + 1 : shown;
  Value value;
  if (wanted > 0 && memory_.read({at}, to, wanted) < wanted) {
    value = address(at);
    return value;
  }
  value.kind = ValueKind::string;
  value.truncated = goes_on;
  value.hex = type.hex_bytes;
  const bool trims = type.trimmed && !goes_on && shown > 0 && to[shown - 1] == 0;
  value.set_text({to, trims ? shown - 1 : shown});
  return value;
}

Value ValueBuilder::buffer(const Type& pointer, u64 at, const Scope& scope) {
  return at == 0 ? address(at) : chars_at(model_.types[pointer.ref], at, scope, pointer);
}

void ValueBuilder::dump(const Type& pointer, u64 at, const Scope& scope) {
  if (at == 0 || pointer.ref == none) return;
  const Type& target = model_.types[pointer.ref];
  const u64 held = target.kind == TypeKind::chars ? evaluator_.value_or(target.count, scope, 0) : 0;
  const u64 size = std::min(evaluator_.value_or(pointer.size, scope, held), dumps_->room());
  constexpr u64 chunk = 64 * 1024;  // as strace reads: of one that is not there as a whole it shows nothing
  char* bytes = static_cast<char*>(arena_.allocate(size + 1, 1));
  event::Dump dump;
  dump.wanted = size;
  u64 done = 0;
  while (done < size && dump.lost == 0) {
    const u64 part = std::min(chunk, size - done);
    if (memory_.read({at + done}, bytes + done, part) == part) {
      done += part;
    } else {
      dump.lost = part;
      dump.lost_at = at + done;
    }
  }
  dump.bytes = {bytes, done};
  dumps_->add(dump);
}

Value ValueBuilder::object_at(const Type& pointer, u32 index, u64 at, const Scope& scope) {
  const Type& target = model_.types[index];
  const u64 fixed = size_of(model_, index, call_.abi);
  const u64 size = evaluator_.value_or(pointer.size, scope, fixed);
  if (size == 0 && fixed != 0) return address(at);
  const bool is_struct = target.kind == TypeKind::structure;
  const bool flexible = is_struct && model_.structs[target.ref].flexible;
  const u64 wanted = std::min(flexible ? size : std::min(size, fixed), max_object);
  if (is_scalar(target) && wanted < fixed) return pointer.shows_cut ? cut_scalar(pointer, at, wanted) : address(at);
  const bool fills = pointer.zero_base != none && !flexible;
  const u64 room = pointer.zero_filled || fills ? std::max(wanted, fixed) : wanted;
  u8* bytes = static_cast<u8*>(arena_.allocate(room + 8, 8));
  size_t got = memory_.read({at}, bytes, wanted);
  const bool in_parts =
      is_struct && (model_.structs[target.ref].split || (flexible && model_.structs[target.ref].inlined));
  if (got < wanted && pointer.partial_size != none) {
    const u64 first = evaluator_.value(pointer.partial_size, scope);
    return first > 0 && first <= got ? beginning(index, {bytes, first, {at}}, scope) : address(at);
  }
  if (got < wanted && !(in_parts || (is_struct && pointer.partial))) return address(at);
  if (got == 0 && wanted > 0) return address(at);
  Bytes read{bytes, got, {at}, wanted - got};
  if (flexible && pointer.size == none && got == wanted)
    read = with_tail(model_.structs[target.ref], target, read, scope);
  Scope inner = scope;
  inner.extent = wanted;
  inner.shows_cut = pointer.shows_cut;
  inner.filled_from = 0;
  if (got < wanted && !in_parts) return beginning(index, {bytes, got, {at}}, inner);
  if (read.missing > 0 && needed_size(index, read, inner) > got) return address(at);
  if (room > wanted) {
    std::fill(bytes + wanted, bytes + room, 0);
    read.available = fills ? std::max(wanted, std::min(fixed, evaluator_.value(pointer.zero_base, scope))) : room;
    inner.extent = read.available;
    inner.filled_from = fills ? at + wanted : 0;
  }
  Value value = from_bytes(index, read, inner);
  if (is_struct && pointer.tail != Tail::none) {
    const u64 known = std::min(wanted, described_size(model_.structs[target.ref], read, inner));
    if (size > known && !add_tail(pointer.tail, value, {at + known}, known, size)) return address(at);
  }
  if (is_scalar(target)) value.brackets = !pointer.bare;
  return value;
}

// The struct with the array at its end, whose length its own fields give.
Bytes ValueBuilder::with_tail(const describe::Struct& st, const Type& type, Bytes head, const Scope& scope) {
  const describe::Field& last = model_.fields[st.fields.first + st.fields.count - 1];
  if (last.type == none || last.from_expression) return head;
  const Type& array = model_.types[last.type];
  const bool counted = (array.kind == TypeKind::array && array.array == describe::ArrayKind::counted) ||
                       array.kind == TypeKind::chars || array.kind == TypeKind::string;
  if (!counted || array.count == none) return head;
  Scope inner = scope;
  inner.slots = slots(type.arguments, scope);
  inner.structure = &st;
  inner.data = head.data;
  inner.available = head.available;
  inner.address = head.address;
  const u64 each = array.kind == TypeKind::array ? size_of(model_, array.ref, call_.abi) : 1;
  const u64 offset = last.offset[static_cast<size_t>(layout_of(call_.abi))];
  const u64 count = evaluator_.value(array.count, inner);
  if (each == 0 || count == 0 || offset > head.available) return head;
  const u64 claimed = offset + std::min(count, max_object / each) * each;
  if (claimed <= head.available) return head;
  u8* whole = static_cast<u8*>(arena_.allocate(claimed + 8, 8));
  std::copy_n(head.data, head.available, whole);
  const size_t more = memory_.read(head.address + head.available, whole + head.available, claimed - head.available);
  return {whole, head.available + more, head.address, claimed - head.available - more};
}

// What there is of an integer that was to be longer.
Value ValueBuilder::cut_scalar(const Type& pointer, u64 at, u64 size) {
  u8* bytes = static_cast<u8*>(arena_.allocate(size + 1, 8));
  if (memory_.read({at}, bytes, size) < size) return address(at);
  Value value = plain_bytes({bytes, size, {at}});
  value.brackets = !pointer.bare;
  return value;
}

// The fields of a struct that lie before the end of the memory.
Value ValueBuilder::beginning(u32 index, Bytes bytes, const Scope& scope) {
  Scope inner = scope;
  inner.extent = bytes.available;
  Value value = from_bytes(index, bytes, inner);
  if (value.kind != ValueKind::structure || value.count == 0) return address(bytes.address.value);
  append(value, unknown_part());
  return value;
}

// Stands for bytes that can't be read.
Value ValueBuilder::unknown_part() {
  Value unknown;
  unknown.kind = ValueKind::literal;
  unknown.unnamed = true;
  unknown.set_text("???");
  return unknown;
}

// Bytes that the caller passed beyond what the description knows of: a newer version of the struct.
// False if they had to be readable and are not.
bool ValueBuilder::add_tail(Tail tail, Value& value, RemoteAddress from, u64 known, u64 size) {
  if (tail == Tail::more) {
    value.more = true;
    return true;
  }
  const auto wanted = static_cast<size_t>(std::min<u64>(size - known, max_tail));
  char* bytes = static_cast<char*>(arena_.allocate(wanted + 1, 1));
  const size_t got = memory_.read(from, bytes, wanted);
  const bool all_zero = std::all_of(bytes, bytes + got, [](char byte) { return byte == 0; });
  if (got == wanted && all_zero) return true;
  if (got < wanted && tail == Tail::data) return false;
  if (got == wanted && tail == Tail::data && abbreviate_) {
    value.more = true;
    return true;
  }
  if (got < wanted) {
    append(value, unknown_part());
    return true;
  }
  append(value, tail == Tail::data ? named_tail(bytes, got, known, size) : unnamed_tail(bytes, got, known, size));
  return true;
}

// `/* bytes 88..95 */ "..."`
Value ValueBuilder::unnamed_tail(const char* bytes, size_t got, u64 known, u64 size) {
  char text[64];
  const int n = snprintf(text, sizeof text, "/* bytes %llu..%llu */ ", static_cast<unsigned long long>(known),
                         static_cast<unsigned long long>(size - 1));
  auto* pieces = arena_.make<Value>(2);
  pieces[0].kind = ValueKind::literal;
  pieces[0].set_text(arena_.copy({text, static_cast<size_t>(n)}));
  pieces[1].kind = ValueKind::string;
  pieces[1].hex = true;
  pieces[1].set_text({bytes, std::min(got, context_.options.string_limit)});
  pieces[1].truncated = size - known > pieces[1].count;
  Value rest;
  rest.kind = ValueKind::format;
  rest.unnamed = true;
  rest.set_items(pieces, 2);
  return rest;
}

// `extra_data="..." /* bytes 88..95 */`
Value ValueBuilder::named_tail(const char* bytes, size_t got, u64 known, u64 size) {
  char text[64];
  const int n = snprintf(text, sizeof text, "bytes %llu..%llu", static_cast<unsigned long long>(known),
                         static_cast<unsigned long long>(size - 1));
  Value rest;
  rest.kind = ValueKind::string;
  rest.hex = true;
  rest.name = "extra_data";
  rest.comment = arena_.copy({text, static_cast<size_t>(n)}).data();
  rest.set_text({bytes, got});
  return rest;
}

void ValueBuilder::append(Value& value, const Value& item) {
  ValueList list(arena_, value.count + 1);
  for (const Value& one : value.items()) list.add(one);
  list.add(item);
  value.set_items(list.data(), list.size());
}

}  // namespace sysray::decode
