// Values of integers: plain numbers, members of sets, ids, times.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>

#include "decode/errors.h"
#include "decode/value_builder.h"

namespace sysray::decode {

using describe::IntFormat;
using describe::Member;
using describe::none;
using describe::Semantic;
using describe::Set;
using describe::TypeKind;
using event::IntStyle;
using event::Value;
using event::ValueKind;

namespace {

IntStyle style_of(const describe::Type& type) {
  switch (type.format) {
    case IntFormat::hex: return IntStyle::hex;
    case IntFormat::hex_padded: return IntStyle::hex_padded;
    case IntFormat::hex_digits: return IntStyle::hex_digits;
    case IntFormat::octal: return IntStyle::octal;
    case IntFormat::octal_mode: return IntStyle::octal_mode;
    case IntFormat::character: return IntStyle::character;
    case IntFormat::date:
    case IntFormat::decimal: return IntStyle::signed_decimal;
    case IntFormat::by_sign: break;
  }
  return type.is_signed ? IntStyle::signed_decimal : IntStyle::unsigned_decimal;
}

}  // namespace

void ValueList::grow() {
  const size_t capacity = capacity_ * 2;
  Value* bigger = room(arena_, capacity);
  std::uninitialized_copy_n(first_, size_, bigger);
  first_ = bigger;
  capacity_ = capacity;
}

Value ValueBuilder::integer(const Type& type, u64 raw) {
  return type.bit_names != none ? named_bits(type, raw) : plain_integer(type, raw);
}

Value ValueBuilder::plain_integer(const Type& type, u64 raw) {
  Value value;
  value.kind = ValueKind::integer;
  value.style = style_of(type);
  value.width = static_cast<u8>(integer_width(type, call_.abi));
  value.number = extend(raw, value.width, type.is_signed);
  value.negative_one = type.minus_one;
  return value;
}

Value ValueBuilder::address(u64 raw) {
  Value value;
  value.kind = ValueKind::address;
  value.style = IntStyle::hex;
  value.width = static_cast<u8>(word_size(call_.abi));
  value.number = extend(raw, value.width, false);
  return value;
}

const Member* ValueBuilder::find_member(const Set& set, u64 raw, u32 width) {
  const bool i386 = call_.abi == event::Abi::i386;
  const auto layout = static_cast<size_t>(layout_of(call_.abi));
  const describe::Range order = i386 ? set.by_value_i386 : set.by_value;
  auto lookup = [&](u64 wanted) -> const Member* {
    auto first = model_.lists.begin() + order.first;
    auto last = first + order.count;
    auto at = std::lower_bound(first, last, wanted, [&](u32 number, u64 v) {
      return model_.members[set.members.first + number].value[layout] < v;
    });
    if (at == last) return nullptr;
    const Member& member = model_.members[set.members.first + *at];
    return member.value[layout] == wanted ? &member : nullptr;
  };
  if (const Member* member = lookup(extend(raw, width, false))) return member;
  // Members may be negative, and a register may hold the value either way extended.
  u64 as_signed = extend(raw, width, true);
  return as_signed == extend(raw, width, false) ? nullptr : lookup(as_signed);
}

Value ValueBuilder::enumerator(const Set& set, const Type& type, u64 raw, const Scope& scope) {
  const Member* member = find_member(set, raw, integer_width(type, call_.abi));
  if (member == nullptr && set.members.count > 0) {
    // A `rest`, always the last member, says how unknown values are shown.
    const Member& last = model_.members[set.members.first + set.members.count - 1];
    if (last.is_rest) return from_register(last.sub_type, raw, scope);
  }
  return member_value(set, type, raw, member);
}

Value ValueBuilder::member_value(const Set& set, const Type& type, u64 raw, const Member* member) {
  Value value = integer(type, raw);
  value.kind = ValueKind::symbol;
  value.style = IntStyle::hex;
  value.signed_symbol = set.decimal && type.is_signed;
  if (set.decimal && !type.is_signed) value.style = IntStyle::unsigned_decimal;
  value.always_named = set.by_name;
  if (member != nullptr) {
    value.set_text(model_.text(member->name));
    value.comment_only = set.comment;
  } else {
    if (set.decimal || (set.comment && !set.hex))
      value.style = type.is_signed ? IntStyle::signed_decimal : IntStyle::unsigned_decimal;
    else
      value.number = extend(raw, value.width, false);
    if (set.unknown.length > 0) value.comment = model_.c_str(set.unknown);
  }
  return value;
}

Value ValueBuilder::flags(const Set& set, const Type& type, u64 raw, const Scope& scope) {
  Value value = integer(type, raw);
  value.kind = ValueKind::flags;
  value.style = IntStyle::hex;
  value.number = extend(raw, value.width, false);
  value.separate = set.separate;
  value.comment_only = set.comment;
  value.always_named = set.by_name;
  if (set.octal) value.style = IntStyle::octal;
  const auto layout = static_cast<size_t>(layout_of(call_.abi));
  u64 left = value.number;
  ValueList list(arena_, 4);
  const auto members = model_.members.subspan(set.members.first, set.members.count);
  const u32 parts_end = set.parts_end;
  for (u32 i = 0; i < members.size(); i++) {
    if (left == 0 && i >= parts_end && (value.number != 0 || list.size() != 0)) break;
    const Member& member = members[i];
    const u64 bits = member.value[layout];
    const bool foreign = bits != 0 && (left & bits) != bits;
    if (foreign && !member.is_mask && !member.is_rest) continue;
    if (member.is_mask || member.is_rest) {
      u64 part = (member.is_rest ? left : value.number & bits) >> member.shift;
      left &= member.is_rest ? 0 : ~bits;
      if (part != 0 || !member.nonzero) list.add(from_register(member.sub_type, part, scope));
      continue;
    }
    // What has no bit stands for nothing at all.
    if (bits == 0 && (value.number != 0 || list.size() != 0)) continue;
    left &= ~bits;
    Value& symbol = list.add();
    symbol.kind = ValueKind::symbol;
    symbol.style = IntStyle::hex;
    symbol.width = value.width;
    symbol.number = bits;
    symbol.set_text(model_.text(member.name));
  }
  const bool nothing_known = list.size() == 0;
  if (left != 0) {
    Value rest;
    rest.kind = ValueKind::integer;
    rest.style = IntStyle::hex;
    rest.width = value.width;
    rest.number = left;
    list.add(rest);
  }
  if (nothing_known && left != 0 && set.unknown.length > 0) value.comment = model_.c_str(set.unknown);
  value.set_items(list.data(), list.size());
  return value;
}

Value ValueBuilder::set(const Type& type, u64 raw, const Scope& scope) {
  const Set& set = model_.sets[type.ref];
  return set.is_flags ? flags(set, type, raw, scope) : enumerator(set, type, raw, scope);
}

const char* ValueBuilder::signal_name(u64 number) {
  if (context_.signal_set == none || number == 0) return nullptr;
  const Member* member = find_member(model_.sets[context_.signal_set], number, 4);
  if (member != nullptr) return model_.c_str(member->name);
  if (number < 32 || number > 64) return nullptr;
  if (number == 32) return "SIGRTMIN";
  char text[16] = "SIGRT_";
  char* end = text + 6;
  u64 n = number - 32;
  if (n >= 10) *end++ = static_cast<char>('0' + n / 10);
  *end++ = static_cast<char>('0' + n % 10);
  return arena_.copy({text, static_cast<size_t>(end - text)}).data();
}

Value ValueBuilder::signal(u64 raw) {
  Value value;
  value.width = 4;
  value.number = extend(raw, 4, true);
  value.style = IntStyle::signed_decimal;
  value.signed_symbol = true;
  value.kind = ValueKind::integer;
  if (const char* name = signal_name(value.number)) {
    value.kind = ValueKind::symbol;
    value.set_text(name);
  }
  return value;
}

// The number of a system call. Beside it may stand an architecture (AUDIT_ARCH_..., linux/audit.h): names of the
// tracee's own ABI are constants of its headers, others only tell.
Value ValueBuilder::call_number(const Type& type, u64 raw, const Scope& scope) {
  constexpr u64 audit_x86_64 = 0xc000003e;
  constexpr u64 audit_i386 = 0x40000003;
  constexpr u64 x32_bit = 0x40000000;  // __X32_SYSCALL_BIT, asm/unistd.h
  Value value = integer(type, raw);
  event::Abi abi = call_.abi;
  u64 number = value.number;
  if (type.step != none) {
    const u64 arch = evaluator_.value(type.step, scope);
    if (arch != audit_x86_64 && arch != audit_i386) return value;
    abi = arch == audit_i386 ? event::Abi::i386 : event::Abi::x86_64;
    if (abi == event::Abi::x86_64 && (number & x32_bit) != 0) abi = event::Abi::x32;
  }
  if (abi == event::Abi::x32) number &= ~x32_bit;
  const auto& table = model_.tables[static_cast<size_t>(abi)];
  if (number >= table.size() || table[number].syscall == none) return value;
  const std::string_view name = model_.text(table[number].name);
  if (abi != call_.abi) {
    value.kind = ValueKind::symbol;
    value.comment_only = true;
    value.set_text(name);
    return value;
  }
  char text[80] = "__NR_";
  const size_t n = std::min(name.size(), sizeof text - 5);
  memcpy(text + 5, name.data(), n);
  value.kind = ValueKind::symbol;
  value.set_text(arena_.copy({text, n + 5}));
  return value;
}

Value ValueBuilder::semantic(const Type& type, u64 raw, const Scope& scope) {
  switch (type.semantic) {
    case Semantic::fd:
    case Semantic::dirfd: return descriptor(type, raw);
    case Semantic::pid:
    case Semantic::tid:
    case Semantic::tgid:
    case Semantic::pgid:
    case Semantic::sid: return process_id(type, raw);
    case Semantic::uid:
    case Semantic::gid: return account(type, raw);
    case Semantic::signal: return signal(raw);
    case Semantic::errno_value: {
      Value value = integer(type, raw);
      const auto number = static_cast<s64>(extend(raw, value.width, true));
      if (context_.error_set == none || number == 0) return value;
      const u64 positive = static_cast<u64>(number < 0 ? -number : number);
      const Member* member = find_member(model_.sets[context_.error_set], positive, 4);
      if (member == nullptr) return value;
      value.kind = ValueKind::symbol;
      value.signed_symbol = true;
      std::string_view name = model_.text(member->name);
      if (number < 0) {
        char text[32] = "-";
        const size_t n = std::min(name.size(), sizeof text - 1);
        memcpy(text + 1, name.data(), n);
        name = arena_.copy({text, n + 1});
      }
      value.set_text(name);
      return value;
    }
    case Semantic::errno_text: {
      Value value = integer(type, raw);
      const char* text = error_text(static_cast<u16>(value.number));
      if (text == nullptr) return value;
      value.kind = ValueKind::word;
      value.set_text(text);
      return value;
    }
    case Semantic::sysno: return call_number(type, raw, scope);
    case Semantic::ifindex: {
      Value value = integer(type, raw);
      auto name = context_.resolver.interface_name(call_.tid, static_cast<u32>(raw), arena_);
      if (raw == 0 || !name) return value;
      auto* items = arena_.make<Value>(3);
      items[0].kind = items[2].kind = ValueKind::literal;
      items[0].set_text("if_nametoindex(");
      items[1].kind = ValueKind::string;
      items[1].set_text(*name);
      items[2].set_text(")");
      auto* number = arena_.make<Value>();
      *number = value;
      value.kind = ValueKind::format;
      value.set_items(items, 3);
      value.annotation = number;
      return value;
    }
    default: return integer(type, raw);
  }
}

// `fraction` of the second has so many digits; one with more is no time.
const char* ValueBuilder::date(s64 seconds, u64 fraction, u32 digits) {
  if (seconds == 0 && fraction == 0) return nullptr;
  u64 whole = 1;
  for (u32 i = 0; i < digits; i++) whole *= 10;
  if (fraction >= whole) return nullptr;
  time_t when = seconds;
  tm parts{};
  if (localtime_r(&when, &parts) == nullptr) return nullptr;
  char text[80];
  size_t n = strftime(text, sizeof text - 16, "%FT%T", &parts);
  if (n == 0) return nullptr;
  if (fraction > 0) {
    text[n++] = '.';
    for (u64 unit = whole / 10; unit > 0; unit /= 10) text[n++] = static_cast<char>('0' + fraction / unit % 10);
  }
  n += strftime(text + n, sizeof text - n, "%z", &parts);
  return arena_.copy({text, n}).data();
}

void ValueBuilder::add_comments(Value& value, const Type& type, const Scope& scope) {
  if (type.timestamp) {
    const u64 fraction = evaluator_.value_or(type.nanoseconds, scope, 0);
    value.comment = date(static_cast<s64>(value.number), fraction, type.fraction_digits);
  }
  if (type.format == describe::IntFormat::date) {
    if (const char* text = date(static_cast<s64>(value.number), evaluator_.value_or(type.nanoseconds, scope, 0),
                                type.fraction_digits)) {
      value.kind = ValueKind::word;
      value.set_text(text);
    }
  }
  if (type.comment != none) value.comment = model_.c_str(model_.strings[type.comment]);
}

}  // namespace sysray::decode
