// The file format of recordings: raw events with the memory that decoding them read.
//
//   file   = "SYSRAYRE" u32 version, block...
//   block  = header (36 bytes), body (`stored` bytes)
//   header = u32 type, u32 raw, u32 stored, u32 events, u64 first_event, s64 first_time, u32 crc
//
// Integers are little-endian. A body is a zstd frame of `raw` bytes. `crc` (CRC-32 of IEEE 802.3) covers the header in
// front of it and the body. Blocks are of type EVNT (encoded events), META (a text about the run, first), and ENDS (how
// the run ended, and the index), which is the last one; behind it stands its offset in the file as u64. A file without
// ENDS was cut off; its whole blocks can be read all the same.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/source.h"
#include "event/memory_snapshot.h"
#include "event/raw_event.h"

namespace sysray::capture::recording {

inline constexpr std::string_view magic = "SYSRAYRE";
inline constexpr u32 version = 1;
inline constexpr size_t header_size = 36;
// A body is never larger when unpacked: what a reader must be ready to hold in memory.
inline constexpr size_t largest_body = 64 << 20;

enum class BlockType : u32 { events = 0x544e5645, meta = 0x4154454d, end = 0x53444e45 };

struct BlockHeader {
  BlockType type{};
  u32 raw = 0;
  u32 stored = 0;
  u32 events = 0;
  u64 first_event = 0;         // how many events come before the block
  Nanoseconds first_time = 0;  // RawEvent::time of its first
  u32 crc = 0;
};

// A block's place in the file.
struct IndexEntry {
  u64 offset = 0;
  u64 first_event = 0;
  Nanoseconds first_time = 0;
};

struct EndBlock {
  Ending ending;
  std::vector<IndexEntry> index;
};

u32 crc32(std::span<const std::byte> bytes, u32 before = 0);

// Appends integers: of fixed size, or of 7 bits a byte, least significant first, the top bit set on all but the last.
class Encoder {
 public:
  explicit Encoder(std::vector<std::byte>& to) : to_(to) {}
  void byte(u8 value) { to_.push_back(std::byte{value}); }
  void fixed32(u32 value) { fixed(value, 4); }
  void fixed64(u64 value) { fixed(value, 8); }
  void number(u64 value);
  // Small when near to 0 on either side.
  void signed_number(s64 value) { number(static_cast<u64>(value) << 1 ^ static_cast<u64>(value >> 63)); }
  void bytes(std::span<const std::byte> bytes);

 private:
  void fixed(u64 value, int size);
  std::vector<std::byte>& to_;
};

// Takes what an Encoder put. Past the end, or where the bytes can't be right, ok() becomes false for good, and all that
// is taken is 0 or empty.
class Decoder {
 public:
  explicit Decoder(std::span<const std::byte> from) : rest_(from) {}
  u8 byte();
  u32 fixed32() { return static_cast<u32>(fixed(4)); }
  u64 fixed64() { return fixed(8); }
  u64 number();
  s64 signed_number();
  std::span<const std::byte> bytes(u64 count);
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  u64 fixed(size_t size);
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

void encode_header(const BlockHeader& header, std::vector<std::byte>& to);
std::optional<BlockHeader> decode_header(std::span<const std::byte> from);
// CRC of a block; the header's own `crc` is not looked at.
u32 block_crc(const BlockHeader& header, std::span<const std::byte> body);

// Events of a block are encoded one behind the other, times as differences to the event before.
class EventEncoder {
 public:
  // Memory that would make the event larger than a body may be is left out.
  void encode(const event::RawEvent& event, const event::MemorySnapshot& memory, std::vector<std::byte>& to);
  void start_block() { time_ = monotonic_ = 0; }

 private:
  Nanoseconds time_ = 0;
  Nanoseconds monotonic_ = 0;
};

class EventDecoder {
 public:
  explicit EventDecoder(std::span<const std::byte> body) : from_(body) {}
  // False at the end of the block, or if it is damaged: ok() tells. `comm` of the event lies in the body.
  bool next(event::RawEvent& event, event::MemorySnapshot& memory);
  bool ok() const { return from_.ok(); }

 private:
  Decoder from_;
  Nanoseconds time_ = 0;
  Nanoseconds monotonic_ = 0;
};

void encode_end(const EndBlock& end, std::vector<std::byte>& to);
std::optional<EndBlock> decode_end(std::span<const std::byte> body);

}  // namespace sysray::capture::recording
