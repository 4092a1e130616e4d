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

#include "base/wire.h"
#include "capture/source.h"
#include "event/memory_snapshot.h"
#include "event/raw_event.h"

namespace sysray::capture::recording {

inline constexpr std::string_view magic = "SYSRAYRE";
// 2: what was known of the world goes with each event. 3: which memory is uncertain; else the same.
inline constexpr u32 version = 3;
inline constexpr u32 oldest_version = 2;  // that can be read
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

void encode_header(const BlockHeader& header, std::vector<std::byte>& to);
std::optional<BlockHeader> decode_header(std::span<const std::byte> from);
// CRC of a block; the header's own `crc` is not looked at.
u32 block_crc(const BlockHeader& header, std::span<const std::byte> body);

// Events of a block are encoded one behind the other, times as differences to the event before. With each goes what was
// known of the world (Witness), as bytes.
class EventEncoder {
 public:
  // Memory that would make the event larger than a body may be is left out.
  void encode(const event::RawEvent& event, const event::MemorySnapshot& memory, std::span<const std::byte> world,
              std::vector<std::byte>& to);
  void start_block() { time_ = monotonic_ = 0; }

 private:
  Nanoseconds time_ = 0;
  Nanoseconds monotonic_ = 0;
};

class EventDecoder {
 public:
  explicit EventDecoder(std::span<const std::byte> body) : from_(body) {}
  // False at the end of the block, or if it is damaged: ok() tells. `comm` of the event and `world` lie in the body.
  bool next(event::RawEvent& event, event::MemorySnapshot& memory, std::span<const std::byte>& world);
  bool ok() const { return from_.ok(); }

 private:
  Decoder from_;
  Nanoseconds time_ = 0;
  Nanoseconds monotonic_ = 0;
};

void encode_end(const EndBlock& end, std::vector<std::byte>& to);
std::optional<EndBlock> decode_end(std::span<const std::byte> body);

}  // namespace sysray::capture::recording
