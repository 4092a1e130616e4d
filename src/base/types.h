// Numbers that must not be mixed up: ids of tasks, addresses in a tracee, times.
#pragma once

#include <compare>
#include <cstdint>

namespace sysray {

using s8 = int8_t;
using s16 = int16_t;
using s32 = int32_t;
using s64 = int64_t;
using u8 = uint8_t;
using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;

// Thread id (gettid(2)) in the tracer's pid namespace.
enum class Tid : s32 {};
// Thread group id (getpid(2)) in the tracer's pid namespace.
enum class Tgid : s32 {};

constexpr s32 number(Tid id) { return static_cast<s32>(id); }
constexpr s32 number(Tgid id) { return static_cast<s32>(id); }

// An address in the memory of a tracee; never to be dereferenced here.
struct RemoteAddress {
  u64 value = 0;
  auto operator<=>(const RemoteAddress&) const = default;
  RemoteAddress operator+(u64 bytes) const { return {value + bytes}; }
};

// Nanoseconds; of which clock is said where a field is declared.
using Nanoseconds = s64;

}  // namespace sysray
