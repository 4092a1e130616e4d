// MemorySnapshot: bytes of a tracee's memory that were captured, readable after the tracee is gone.
#pragma once

#include <span>
#include <vector>

#include "event/memory_view.h"

namespace sysray::event {

// What was not captured reads as unreadable.
class MemorySnapshot : public MemoryView {
 public:
  // Where bytes that were captured before are given again, the first ones stay: a snapshot is of one moment.
  // `uncertain`: as MemoryView::take_uncertain() tells it of them, which it then does here.
  void add(RemoteAddress at, std::span<const std::byte> bytes, bool uncertain = false);
  void clear();

  size_t read(RemoteAddress from, void* to, size_t size) override;

  struct Range {
    RemoteAddress at;
    std::span<const std::byte> bytes;
    bool uncertain = false;
  };
  // By address, without overlaps. Neighbours may touch.
  size_t range_count() const { return ranges_.size(); }
  Range range(size_t index) const {
    const Stored& stored = ranges_[index];
    return {{stored.address}, std::span(bytes_).subspan(stored.offset, stored.size), stored.uncertain};
  }

 private:
  struct Stored {
    u64 address;
    size_t size;
    size_t offset;  // in bytes_
    bool uncertain;
    u64 end() const { return address + size; }
  };
  // The first range that ends behind `address`.
  std::vector<Stored>::iterator behind(u64 address);
  std::vector<Stored> ranges_;
  std::vector<std::byte> bytes_;
};

// Passes reads on to another view and captures what they found. Both must outlive it.
class RecordingMemory : public MemoryView {
 public:
  RecordingMemory(MemoryView& inner, MemorySnapshot& snapshot) : inner_(inner), snapshot_(snapshot) {}
  size_t read(RemoteAddress from, void* to, size_t size) override;
  StringRead read_string(RemoteAddress from, char* to, size_t limit) override;

 private:
  void add(RemoteAddress from, const void* bytes, size_t size);
  MemoryView& inner_;
  MemorySnapshot& snapshot_;
};

}  // namespace sysray::event
