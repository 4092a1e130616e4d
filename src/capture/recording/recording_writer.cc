#include "capture/recording/recording_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>

namespace sysray::capture::recording {
namespace {

constexpr size_t block_target = 256 << 10;  // large enough to compress well, small enough to seek to
constexpr int compression_level = 3;

}  // namespace

Result<RecordingWriter> RecordingWriter::create(const std::string& path, std::string_view about) {
  UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file) return Error{"cannot create recording '" + path + "'", strerror(errno), "", errno};
  RecordingWriter writer(std::move(file), path);
  std::vector<std::byte> head;
  Encoder encoder(head);
  encoder.bytes(std::as_bytes(std::span(magic)));
  encoder.fixed32(version);
  writer.write(head);
  writer.write_block(BlockType::meta, std::as_bytes(std::span(about.substr(0, largest_body))), 0);
  return writer;
}

void RecordingWriter::add(const event::RawEvent& event, const event::MemorySnapshot& memory,
                          std::span<const std::byte> world) {
  if (error_) return;
  size_t before = pending_.size();
  if (events_ == 0) first_time_ = event.time;
  encoder_.encode(event, memory, world, pending_);
  events_++;
  if (pending_.size() < block_target) return;
  if (pending_.size() > largest_body && events_ > 1) {  // the last one needs a block of its own
    pending_.resize(before);
    events_--;
    flush();
    return add(event, memory, world);
  }
  flush();
}

void RecordingWriter::flush() {
  if (events_ == 0) return;
  index_.push_back({offset_, first_event_, first_time_});
  write_block(BlockType::events, pending_, events_);
  first_event_ += events_;
  events_ = 0;
  pending_.clear();
  encoder_.start_block();
}

Result<void> RecordingWriter::finish(const Ending& ending) {
  flush();
  std::vector<std::byte> body;
  encode_end({ending, std::move(index_)}, body);
  u64 offset = offset_;
  write_block(BlockType::end, body, 0);
  std::vector<std::byte> tail;
  Encoder(tail).fixed64(offset);
  write(tail);
  if (error_) return Error{"cannot write recording '" + path_ + "'", strerror(error_), "", error_};
  return {};
}

void RecordingWriter::write_block(BlockType type, std::span<const std::byte> raw, u32 events) {
  stored_.resize(ZSTD_compressBound(raw.size()));
  size_t size = ZSTD_compress(stored_.data(), stored_.size(), raw.data(), raw.size(), compression_level);
  if (ZSTD_isError(size)) {
    error_ = ENOMEM;
    return;
  }
  stored_.resize(size);
  BlockHeader header{type, static_cast<u32>(raw.size()), static_cast<u32>(size), events, first_event_, first_time_, 0};
  header.crc = block_crc(header, stored_);
  std::vector<std::byte> head;
  encode_header(header, head);
  write(head);
  write(stored_);
}

void RecordingWriter::write(std::span<const std::byte> bytes) {
  offset_ += bytes.size();
  while (!error_ && !bytes.empty()) {
    ssize_t n = ::write(file_.get(), bytes.data(), bytes.size());
    if (n >= 0)
      bytes = bytes.subspan(static_cast<size_t>(n));
    else if (errno != EINTR)
      error_ = errno;
  }
}

Verdict RecordingConsumer::on_event(const event::RawEvent& event, event::MemoryView& memory) {
  snapshot_.clear();
  capture_.capture(event, memory, snapshot_);
  event::RecordingMemory recorded(memory, snapshot_);
  const std::span<const std::byte> world = witness_.on_event(event, recorded);
  inner_.on_world(world);
  Verdict verdict = inner_.on_event(event, recorded);
  writer_.add(event, snapshot_, world);
  return verdict;
}

}  // namespace sysray::capture::recording
