// Values of bit sets and network addresses in memory: signal sets, descriptor sets, IP and hardware addresses.
#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "decode/value_builder.h"

namespace sysray::decode {

using describe::Semantic;
using event::Value;
using event::ValueKind;

namespace {
constexpr u64 max_set = 1 << 18;  // bytes of a set or address that are read
}  // namespace

// Bytes of a semantic type that is no integer, at the place where it stands.
u64 ValueBuilder::semantic_size(const Type& type, const Scope& scope) {
  switch (type.semantic) {
    case Semantic::sigset: return evaluator_.value_or(type.count, scope, 8);
    case Semantic::fdset: {
      const auto bits = static_cast<s32>(evaluator_.value_or(type.count, scope, 1024));
      const u64 word = u64{word_size(call_.abi)} * 8;
      return bits <= 0 ? 0 : (std::min<u64>(static_cast<u64>(bits), 1 << 20) + word - 1) / word * (word / 8);
    }
    case Semantic::ipv4: return 4;
    case Semantic::ipv6:
    case Semantic::uuid: return 16;
    case Semantic::mac: return evaluator_.value_or(type.count, scope, 6);
    default: return 0;
  }
}

// The bits of a set of `count`, by name. A set that is nearly full is easier to read as what it lacks.
template <typename Name>
Value ValueBuilder::bit_names(u64 mask, u64 count, u64 first, Name name_of) {
  Value value;
  value.kind = ValueKind::array;
  value.spaced = true;
  if (count >= 32 && static_cast<u64>(std::popcount(mask)) >= count * 2 / 3) {
    value.inverted = true;
    mask = ~mask & (count == 64 ? ~u64{0} : (u64{1} << count) - 1);
  }
  ValueList list(arena_);
  for (u64 left = mask; left != 0; left &= left - 1) {
    Value word;
    word.number = static_cast<u64>(std::countr_zero(left)) + first;
    word.width = 4;
    word.kind = ValueKind::integer;
    word.signed_symbol = true;
    if (const char* name = name_of(word.number)) {
      word.kind = ValueKind::symbol;
      word.set_text(name);
    }
    list.add(word);
  }
  value.set_items(list.data(), list.size());
  return value;
}

Value ValueBuilder::signal_set(Bytes bytes) {
  const u64 count = std::min<u64>(bytes.available, 8) * 8;
  const u64 mask = load(bytes.data, static_cast<u32>(count / 8), false);
  return bit_names(mask, count, 1, [&](u64 number) {
    const char* name = signal_name(number);
    return name != nullptr && strncmp(name, "SIG", 3) == 0 ? name + 3 : name;
  });
}

Value ValueBuilder::bit_name(const describe::Set& names, u64 number) {
  Value value;
  value.kind = ValueKind::symbol;
  value.style = event::IntStyle::hex;
  value.width = 4;
  value.number = number;
  if (const describe::Member* member = find_member(names, number, 4)) value.set_text(model_.text(member->name));
  return value;
}

// An integer of which each bit has a name.
Value ValueBuilder::named_bits(const Type& type, u64 raw) {
  const u32 width = integer_width(type, call_.abi);
  const describe::Set& names = model_.sets[type.bit_names];
  return bit_names(extend(raw, width, false), width * 8, 0, [&](u64 number) {
    const describe::Member* member = find_member(names, number, 4);
    return member == nullptr ? nullptr : model_.c_str(member->name);
  });
}

Value ValueBuilder::descriptor_set(const Type& type, Bytes bytes, u64 bits) {
  Value value;
  value.kind = ValueKind::array;
  value.spaced = true;
  Type fd{};
  fd.kind = describe::TypeKind::semantic;
  fd.semantic = Semantic::fd;
  fd.width = 4;
  fd.is_signed = true;
  const bool plain = type.format == describe::IntFormat::decimal;  // not of descriptors: CPUs
  const describe::Set* names = type.bit_names == describe::none ? nullptr : &model_.sets[type.bit_names];
  ValueList list(arena_);
  bits = std::min<u64>(bits, bytes.available * 8);
  const u64 shown = evaluator_.value_or(type.shown, Scope{}, bits);
  for (u64 i = 0; i < bits && !value.more; i++) {
    if ((bytes.data[i / 8] >> (i % 8) & 1) == 0) continue;
    value.more = list.size() >= shown;
    if (!value.more) list.add(names != nullptr ? bit_name(*names, i) : plain ? integer(fd, i) : descriptor(fd, i));
  }
  value.set_items(list.data(), list.size());
  return value;
}

Value ValueBuilder::address_text(Semantic semantic, Bytes bytes) {
  constexpr size_t max_shown = 32;
  Value value;
  char text[3 * max_shown + 1];
  size_t length = 0;
  if (semantic == Semantic::ipv4 || semantic == Semantic::ipv6) {
    value.kind = ValueKind::string;
    inet_ntop(semantic == Semantic::ipv4 ? AF_INET : AF_INET6, bytes.data, text, sizeof text);
    length = strlen(text);
  } else {
    constexpr char digits[] = "0123456789abcdef";
    value.kind = ValueKind::word;
    for (size_t i = 0; i < std::min(bytes.available, max_shown); i++) {
      const bool dash = semantic == Semantic::uuid && (i == 4 || i == 6 || i == 8 || i == 10);
      if (semantic == Semantic::mac && i > 0) text[length++] = ':';
      if (dash) text[length++] = '-';
      text[length++] = digits[bytes.data[i] >> 4];
      text[length++] = digits[bytes.data[i] & 15];
    }
  }
  value.set_text(arena_.copy({text, length}));
  if (semantic == Semantic::mac) value.annotation = raw_bytes(bytes);
  return value;
}

Value ValueBuilder::set_at(const Type& target, u64 at, const Scope& scope) {
  const u64 size = semantic_size(target, scope);
  if (target.semantic == Semantic::sigset && (size == 0 || size > 8)) return address(at);
  if (size > max_set) return address(at);
  u8* bytes = static_cast<u8*>(arena_.allocate(size + 1, 8));
  if (memory_.read({at}, bytes, size) < size) return address(at);
  if (target.semantic == Semantic::sigset) return signal_set({bytes, size, {at}});
  if (target.semantic != Semantic::fdset) return address_text(target.semantic, {bytes, size, {at}});
  const auto bits = static_cast<s32>(evaluator_.value_or(target.count, scope, 1024));
  return descriptor_set(target, {bytes, size, {at}}, bits < 0 ? 0 : static_cast<u64>(bits));
}

}  // namespace sysray::decode
