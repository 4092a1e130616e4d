// RecordingWriter: writes raw events and the memory behind them to a file, to be decoded later.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "capture/recording/format.h"
#include "capture/snapshot/call_capture.h"
#include "capture/source.h"

namespace sysray::capture::recording {

// A write that fails is kept as the error that finish() returns; afterwards nothing more is written, and what is traced
// goes on undisturbed.
class RecordingWriter {
 public:
  // `about`: a text for the reader of the file, such as the command line.
  static Result<RecordingWriter> create(const std::string& path, std::string_view about);

  void add(const event::RawEvent& event, const event::MemorySnapshot& memory, std::span<const std::byte> world = {});
  // What was added so far is in the file when this returns.
  void flush();
  // Writes the end of the file. Without it the file counts as cut off.
  Result<void> finish(const Ending& ending);

 private:
  RecordingWriter(UniqueFd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  void write_block(BlockType type, std::span<const std::byte> raw, u32 events);
  void write(std::span<const std::byte> bytes);

  UniqueFd file_;
  std::string path_;
  int error_ = 0;  // errno of the first failed write
  u64 offset_ = 0;
  u64 first_event_ = 0;
  Nanoseconds first_time_ = 0;
  u32 events_ = 0;
  EventEncoder encoder_;
  std::vector<std::byte> pending_;
  std::vector<std::byte> stored_;
  std::vector<IndexEntry> index_;
};

// Tells what is known of the world besides an event's numbers and memory, and what a later decoding may ask: the files
// behind descriptors, the names of processes.
class Witness {
 public:
  virtual ~Witness() = default;
  // Valid until the next call.
  virtual std::span<const std::byte> on_event(const event::RawEvent& event, event::MemoryView& memory) = 0;
};

// Passes events on to another consumer, and records them with the memory that the capture plan names, and what else
// the other consumer read: a recording can be shown in more depth than while it was made. What the witness says of the
// world is recorded too, and is all that the other consumer gets to know of it: it shows what a replay will show.
class RecordingConsumer : public Consumer {
 public:
  RecordingConsumer(Consumer& inner, RecordingWriter& writer, Witness& witness, describe::CapturePlan plan)
      : inner_(inner), writer_(writer), witness_(witness), capture_(std::move(plan)) {}
  Verdict judge(const event::RawEvent& event, event::MemoryView& memory) override {
    inner_.on_world(witness_.on_event(event, memory));
    return inner_.judge(event, memory);
  }
  Verdict on_event(const event::RawEvent& event, event::MemoryView& memory) override;
  void on_idle() override { inner_.on_idle(); }
  void on_tick() override { inner_.on_tick(); }
  bool wants_stop() const override { return inner_.wants_stop(); }

 private:
  Consumer& inner_;
  RecordingWriter& writer_;
  Witness& witness_;
  CallCapture capture_;
  event::MemorySnapshot snapshot_;
};

}  // namespace sysray::capture::recording
