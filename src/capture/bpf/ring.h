// Ring: one BPF ring buffer (BPF_MAP_TYPE_RINGBUF), read in place.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "base/types.h"
#include "capture/bpf/program/record.h"

namespace sysray::capture::bpf {

class Ring {
 public:
  // Maps the buffer of `size` bytes behind the map descriptor, which must stay open.
  static Result<Ring> open(int fd, size_t size);
  Ring(Ring&& other) noexcept;
  Ring& operator=(Ring&&) = delete;
  ~Ring();

  int fd() const { return fd_; }
  // The oldest record that was not taken, nullptr if there is none or it is still being written. It stays valid until
  // release().
  const bpf_record* peek();
  // Takes the record that peek() returned.
  void take();
  // Gives the room of the records that were taken back to the program.
  void release();
  // Bytes that were not released.
  size_t filled() const;
  // Bytes that were taken and not released.
  size_t taken() const { return position_ - released_; }

 private:
  Ring(int fd, size_t size, std::byte* consumer, std::byte* producer)
      : fd_(fd), size_(size), consumer_(consumer), producer_(producer) {}
  int fd_;
  size_t size_;
  std::byte* consumer_;  // page with our position
  std::byte* producer_;  // page with the program's position, and behind it the data, twice
  u64 position_ = 0;
  u64 released_ = 0;
  u64 available_ = 0;  // the program's position when we last looked
};

}  // namespace sysray::capture::bpf
