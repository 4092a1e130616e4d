#include "capture/recording/recording_source.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>

namespace sysray::capture::recording {

Result<RecordingSource> RecordingSource::open(const std::string& path, Section section) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Error{"cannot open recording '" + path + "'", strerror(errno), "", errno};
  RecordingSource source(std::move(file), path, section);
  if (Result<void> head = source.read_head(); !head) return head.error();
  source.read_index();
  return source;
}

Result<void> RecordingSource::read_head() {
  std::array<std::byte, magic.size() + 4> head;
  if (!read_at(0, head) || memcmp(head.data(), magic.data(), magic.size()) != 0)
    return Error{"'" + path_ + "' is not a recording", "it does not begin with " + std::string(magic), "", 0};
  u32 found = Decoder(std::span(head).subspan(magic.size())).fixed32();
  if (found < oldest_version || found > version)
    return Error{"recording '" + path_ + "' has format version " + std::to_string(found),
                 fmt::format("this program knows versions {} to {}", oldest_version, version),
                 "use the program that wrote it, or a newer one", 0};
  Result<Block> meta = read_block(head.size());
  if (!meta) return meta.error();
  if (meta->header.type != BlockType::meta) return damaged(head.size(), "the description of the run is missing");
  about_.assign(reinterpret_cast<const char*>(meta->body.data()), meta->body.size());
  first_block_ = meta->next;
  return {};
}

// Only a help: without it, or with a wrong one, blocks are read one behind the other.
void RecordingSource::read_index() {
  struct stat status;
  std::array<std::byte, 8> tail;
  if (fstat(file_.get(), &status) < 0 || status.st_size < static_cast<off_t>(tail.size())) return;
  u64 tail_offset = static_cast<u64>(status.st_size) - tail.size();
  if (!read_at(tail_offset, tail)) return;
  u64 offset = Decoder(tail).fixed64();
  if (offset >= tail_offset) return;
  Result<Block> block = read_block(offset);
  if (!block || block->header.type != BlockType::end) return;
  if (auto end = decode_end(block->body)) {
    event_count_ = block->header.first_event;
    index_ = std::move(end->index);
  }
}

Result<Ending> RecordingSource::run(Consumer& consumer) {
  u64 offset = first_block_;
  for (const IndexEntry& entry : index_)
    if (section_.from && entry.first_time <= *section_.from && entry.offset > offset) offset = entry.offset;
  for (;;) {
    Result<Block> block = read_block(offset);
    if (!block) return block.error();
    if (block->header.type == BlockType::end) {
      auto end = decode_end(block->body);
      if (!end) return damaged(offset, "the end block is malformed");
      consumer.on_idle();
      return end->ending;
    }
    if (block->header.type == BlockType::events) {  // others are for newer programs
      Result<bool> played = play(*block, consumer);
      if (!played) return damaged(offset, played.error().observed);
      if (!*played) return Ending{};
    }
    offset = block->next;
  }
}

Result<bool> RecordingSource::play(const Block& block, Consumer& consumer) {
  EventDecoder decoder(block.body);
  event::RawEvent event;
  event::MemorySnapshot memory;
  std::span<const std::byte> world;
  u32 count = 0;
  while (decoder.next(event, memory, world)) {
    count++;
    if (section_.from && event.time < *section_.from) continue;
    if ((section_.until && event.time > *section_.until) || consumer.wants_stop()) return false;
    consumer.on_world(world);
    consumer.on_event(event, memory);
  }
  if (!decoder.ok() || count != block.header.events) return Error{"", "an event is malformed", "", 0};
  return true;
}

Result<RecordingSource::Block> RecordingSource::read_block(u64 offset) const {
  std::array<std::byte, header_size> head;
  if (!read_at(offset, head))
    return damaged(offset, "the file ends here, before its end block; was the recording program killed?");
  auto header = decode_header(head);
  if (!header) return damaged(offset, "no block begins here");
  std::vector<std::byte> stored(header->stored);
  if (!read_at(offset + header_size, stored)) return damaged(offset, "the file ends within a block");
  if (block_crc(*header, stored) != header->crc) return damaged(offset, "the checksum does not match");
  Block block{*header, std::vector<std::byte>(header->raw), offset + header_size + header->stored};
  size_t size = ZSTD_decompress(block.body.data(), block.body.size(), stored.data(), stored.size());
  if (ZSTD_isError(size) || size != block.body.size()) return damaged(offset, "a block does not unpack");
  return block;
}

bool RecordingSource::read_at(u64 offset, std::span<std::byte> to) const {
  while (!to.empty()) {
    ssize_t n = pread(file_.get(), to.data(), to.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    to = to.subspan(static_cast<size_t>(n));
    offset += static_cast<u64>(n);
  }
  return true;
}

Error RecordingSource::damaged(u64 offset, const std::string& what) const {
  return {"recording '" + path_ + "' is damaged at byte " + std::to_string(offset), what, "what came before was played",
          0};
}

}  // namespace sysray::capture::recording
