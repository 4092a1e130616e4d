#include "capture/recording/format.h"

#include <algorithm>
#include <cstring>

namespace sysray::capture::recording {

using event::RawEvent;
using event::RawKind;

namespace {

constexpr auto crc_table = [] {
  std::array<u32, 256> table{};
  for (u32 i = 0; i < table.size(); i++) {
    u32 value = i;
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0xedb88320 : 0);
    table[i] = value;
  }
  return table;
}();

enum Flag : u8 {
  is_error = 1,
  has_result = 2,
  core_dumped = 4,
  siginfo_valid = 8,
  is_call = 16,
  is_tampered = 32,
  socket_known = 64,
  is_uncertain = 128  // some memory
};

// Room for an event's fields other than its memory.
constexpr size_t largest_fields = 4096;
// What is known of the world is left out beyond that.
constexpr size_t largest_world = 4 << 20;

bool is_call_event(const RawEvent& event) {
  return event.kind == RawKind::call_enter || event.kind == RawKind::call_exit;
}

// How many ranges of the memory fit.
size_t ranges_that_fit(const event::MemorySnapshot& memory, size_t size) {
  size_t ranges = 0;
  for (; ranges < memory.range_count(); ranges++) {
    size += memory.range(ranges).bytes.size() + 20;
    if (size > largest_body) break;
  }
  return ranges;
}

bool any_uncertain(const event::MemorySnapshot& memory) {
  for (size_t i = 0; i < memory.range_count(); i++)
    if (memory.range(i).uncertain) return true;
  return false;
}

u8 flags_of(const RawEvent& event) {
  return static_cast<u8>((event.is_error ? is_error : 0) | (event.has_result ? has_result : 0) |
                         (event.core_dumped ? core_dumped : 0) | (event.siginfo_valid ? siginfo_valid : 0) |
                         (is_call_event(event) ? is_call : 0) | (event.tampering.any() ? is_tampered : 0) |
                         (event.socket.known ? socket_known : 0));
}

}  // namespace

u32 crc32(std::span<const std::byte> bytes, u32 before) {
  u32 crc = ~before;
  for (std::byte byte : bytes) crc = crc >> 8 ^ crc_table[(crc ^ static_cast<u32>(byte)) & 0xff];
  return ~crc;
}

void encode_header(const BlockHeader& header, std::vector<std::byte>& to) {
  Encoder out(to);
  out.fixed32(static_cast<u32>(header.type));
  out.fixed32(header.raw);
  out.fixed32(header.stored);
  out.fixed32(header.events);
  out.fixed64(header.first_event);
  out.fixed64(static_cast<u64>(header.first_time));
  out.fixed32(header.crc);
}

std::optional<BlockHeader> decode_header(std::span<const std::byte> from) {
  Decoder in(from);
  BlockHeader header;
  header.type = static_cast<BlockType>(in.fixed32());
  header.raw = in.fixed32();
  header.stored = in.fixed32();
  header.events = in.fixed32();
  header.first_event = in.fixed64();
  header.first_time = static_cast<Nanoseconds>(in.fixed64());
  header.crc = in.fixed32();
  if (!in.ok() || header.raw > largest_body || header.stored > largest_body + 1024) return std::nullopt;
  return header;
}

u32 block_crc(const BlockHeader& header, std::span<const std::byte> body) {
  std::vector<std::byte> bytes;
  encode_header(header, bytes);
  return crc32(body, crc32(std::span(bytes).first(header_size - sizeof header.crc)));
}

namespace {

void encode_tampering(const event::Tampering& tampering, Encoder& out) {
  out.byte(static_cast<u8>((tampering.args ? 1 : 0) | (tampering.result ? 2 : 0) | (tampering.delayed ? 4 : 0)));
  out.byte(tampering.signal);
  out.signed_number(tampering.delay_enter);
  out.signed_number(tampering.delay_exit);
}

event::Tampering decode_tampering(Decoder& in) {
  event::Tampering tampering;
  const u8 what = in.byte();
  tampering.args = what & 1;
  tampering.result = what & 2;
  tampering.delayed = what & 4;
  tampering.signal = in.byte();
  tampering.delay_enter = in.signed_number();
  tampering.delay_exit = in.signed_number();
  return tampering;
}

}  // namespace

void EventEncoder::encode(const RawEvent& event, const event::MemorySnapshot& memory, std::span<const std::byte> world,
                          std::vector<std::byte>& to) {
  Encoder out(to);
  out.byte(static_cast<u8>(event.kind));
  out.byte(static_cast<u8>(event.abi));
  const bool uncertain = any_uncertain(memory);
  out.byte(static_cast<u8>(flags_of(event) | (uncertain ? is_uncertain : 0)));
  out.signed_number(number(event.tid));
  out.signed_number(number(event.tgid));
  out.signed_number(number(event.other));
  out.signed_number(event.status);
  out.signed_number(event.time - time_);
  out.signed_number(event.monotonic - monotonic_);
  out.signed_number(event.system_time);
  out.number(event.instruction_pointer);
  out.number(event.stack_pointer);
  time_ = event.time;
  monotonic_ = event.monotonic;
  if (is_call_event(event)) {
    out.number(event.number);
    for (u64 arg : event.args) out.number(arg);
    out.signed_number(event.result);
    out.number(event.resumes + 1);  // none is 0
  }
  if (event.tampering.any()) encode_tampering(event.tampering, out);
  if (event.socket.known) {
    out.signed_number(event.socket.descriptor);
    out.signed_number(event.socket.protocol);
  }
  if (event.siginfo_valid) out.bytes(event.siginfo);
  out.text(event.comm.substr(0, 255));
  if (world.size() > largest_world) world = {};
  out.number(world.size());
  out.bytes(world);

  const size_t ranges = ranges_that_fit(memory, largest_fields + world.size());
  out.number(ranges);
  u64 address = 0;
  for (size_t i = 0; i < ranges; i++) {
    event::MemorySnapshot::Range range = memory.range(i);
    out.number(range.at.value - address);  // ranges are sorted
    out.number(range.bytes.size());
    if (uncertain) out.byte(range.uncertain);
    out.bytes(range.bytes);
    address = range.at.value + range.bytes.size();
  }
}

bool EventDecoder::next(RawEvent& event, event::MemorySnapshot& memory, std::span<const std::byte>& world) {
  memory.clear();
  if (!from_.ok() || from_.at_end()) return false;
  event = {};
  u8 kind = from_.byte(), abi = from_.byte(), flags = from_.byte();
  event.tid = Tid{static_cast<s32>(from_.signed_number())};
  event.tgid = Tgid{static_cast<s32>(from_.signed_number())};
  event.other = Tid{static_cast<s32>(from_.signed_number())};
  event.status = static_cast<s32>(from_.signed_number());
  event.time = time_ = static_cast<Nanoseconds>(static_cast<u64>(time_) + static_cast<u64>(from_.signed_number()));
  event.monotonic = monotonic_ =
      static_cast<Nanoseconds>(static_cast<u64>(monotonic_) + static_cast<u64>(from_.signed_number()));
  event.system_time = from_.signed_number();
  event.instruction_pointer = from_.number();
  event.stack_pointer = from_.number();
  if (flags & is_call) {
    event.number = from_.number();
    for (u64& arg : event.args) arg = from_.number();
    event.result = from_.signed_number();
    event.resumes = from_.number() - 1;
  }
  if (flags & is_tampered) event.tampering = decode_tampering(from_);
  if (flags & socket_known) {
    event.socket.known = true;
    event.socket.descriptor = static_cast<s32>(from_.signed_number());
    event.socket.protocol = static_cast<s32>(from_.signed_number());
  }
  if (flags & siginfo_valid) {
    auto bytes = from_.bytes(event.siginfo.size());
    std::copy(bytes.begin(), bytes.end(), event.siginfo.begin());
  }
  event.comm = from_.text();
  world = from_.bytes(from_.number());
  u64 address = 0;
  for (u64 ranges = from_.number(); from_.ok() && ranges > 0; ranges--) {
    address += from_.number();
    const u64 size = from_.number();
    const bool uncertain = flags & is_uncertain && from_.byte() != 0;
    auto bytes = from_.bytes(size);
    memory.add({address}, bytes, uncertain);
    address += bytes.size();
  }
  if (kind > static_cast<u8>(RawKind::lost) || abi >= event::abi_count) from_.bytes(~u64{0});  // no such event
  if (!from_.ok()) return false;
  event.kind = static_cast<RawKind>(kind);
  event.abi = static_cast<event::Abi>(abi);
  event.is_error = flags & is_error;
  event.has_result = flags & has_result;
  event.core_dumped = flags & core_dumped;
  event.siginfo_valid = flags & siginfo_valid;
  return true;
}

void encode_end(const EndBlock& end, std::vector<std::byte>& to) {
  Encoder out(to);
  out.signed_number(end.ending.exit_status);
  out.signed_number(end.ending.fatal_signal);
  out.number(end.index.size());
  for (const IndexEntry& entry : end.index) {
    out.number(entry.offset);
    out.number(entry.first_event);
    out.signed_number(entry.first_time);
  }
}

std::optional<EndBlock> decode_end(std::span<const std::byte> body) {
  Decoder in(body);
  EndBlock end;
  end.ending.exit_status = static_cast<int>(in.signed_number());
  end.ending.fatal_signal = static_cast<int>(in.signed_number());
  for (u64 count = in.number(); in.ok() && count > 0; count--)
    end.index.push_back({in.number(), in.number(), in.signed_number()});
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return end;
}

}  // namespace sysray::capture::recording
