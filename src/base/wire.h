// Encoder and Decoder: integers and bytes in a file, one behind the other. What is read is not trusted.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/types.h"

namespace sysray {

// Appends integers: of fixed size (little-endian), or of 7 bits a byte, least significant first, the top bit set on all
// but the last.
class Encoder {
 public:
  explicit Encoder(std::vector<std::byte>& to) : to_(to) {}
  void byte(u8 value) { to_.push_back(std::byte{value}); }
  void fixed32(u32 value) { fixed(value, 4); }
  void fixed64(u64 value) { fixed(value, 8); }
  void number(u64 value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<u8>(value | 0x80));
    byte(static_cast<u8>(value));
  }
  // Small when near to 0 on either side.
  void signed_number(s64 value) { number(static_cast<u64>(value) << 1 ^ static_cast<u64>(value >> 63)); }
  void bytes(std::span<const std::byte> bytes) { to_.insert(to_.end(), bytes.begin(), bytes.end()); }
  // With its length in front.
  void text(std::string_view text) {
    number(text.size());
    bytes(std::as_bytes(std::span(text)));
  }

 private:
  void fixed(u64 value, int size) {
    for (int i = 0; i < size; i++) byte(static_cast<u8>(value >> 8 * i));
  }
  std::vector<std::byte>& to_;
};

// Takes what an Encoder put. Past the end, or where the bytes can't be right, ok() becomes false for good, and all that
// is taken is 0 or empty.
class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> from) : rest_(from) {}
  u8 byte() {
    if (rest_.empty()) {
      ok_ = false;
      return 0;
    }
    const u8 value = static_cast<u8>(rest_[0]);
    rest_ = rest_.subspan(1);
    return value;
  }
  u32 fixed32() { return static_cast<u32>(fixed(4)); }
  u64 fixed64() { return fixed(8); }
  u64 number() {
    u64 value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const u8 next = byte();
      value |= u64{next & 0x7fu} << shift;
      if (!(next & 0x80)) return value;
    }
    fail();
    return 0;
  }
  s64 signed_number() {
    const u64 value = number();
    return static_cast<s64>(value >> 1 ^ (~(value & 1) + 1));
  }
  std::span<const std::byte> bytes(u64 count) {
    if (count > rest_.size()) {
      fail();
      return {};
    }
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::string_view text() {
    const auto taken = bytes(number());
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  u64 fixed(size_t size) {
    u64 value = 0;
    for (size_t i = 0; i < size; i++) value |= u64{byte()} << 8 * i;
    return value;
  }
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

}  // namespace sysray
