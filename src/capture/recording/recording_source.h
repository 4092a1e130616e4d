// RecordingSource: plays a recording as if it happened now, on any machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "capture/recording/format.h"
#include "capture/source.h"

namespace sysray::capture::recording {

// Which part of a recording is played, by RawEvent::time (CLOCK_REALTIME, ns).
struct Section {
  std::optional<Nanoseconds> from;
  std::optional<Nanoseconds> until;
};

// Files are not trusted: whatever they hold, they lead to events or to an Error.
class RecordingSource : public Source {
 public:
  // Errors: no such file, no recording, a version unknown here.
  static Result<RecordingSource> open(const std::string& path, Section section = {});

  // The text that the writer was given.
  const std::string& about() const { return about_; }
  // How many events the recording holds, if it is complete.
  std::optional<u64> event_count() const { return event_count_; }

  Abilities abilities() const override { return {true, false}; }
  // An Error if the file is damaged or cut off; the events in front of that place were delivered.
  Result<Ending> run(Consumer& consumer) override;

 private:
  struct Block {
    BlockHeader header;
    std::vector<std::byte> body;
    u64 next = 0;  // offset of the block behind
  };
  RecordingSource(UniqueFd file, std::string path, Section section)
      : file_(std::move(file)), path_(std::move(path)), section_(section) {}

  Result<void> read_head();
  void read_index();
  Result<Block> read_block(u64 offset) const;
  // Delivers the events of a block; false once nothing more shall be.
  Result<bool> play(const Block& block, Consumer& consumer);
  bool read_at(u64 offset, std::span<std::byte> to) const;
  Error damaged(u64 offset, const std::string& what) const;

  UniqueFd file_;
  std::string path_;
  Section section_;
  std::string about_;
  std::optional<u64> event_count_;
  u64 first_block_ = 0;
  std::vector<IndexEntry> index_;
};

}  // namespace sysray::capture::recording
