// Ring: the ring of one CPU (struct bpf_ring_head), read in place.
#pragma once

#include <cstddef>

#include "base/types.h"
#include "capture/bpf/program/record.h"

namespace sysray::capture::bpf {

class Ring {
 public:
  // `memory`, room(size) bytes of the program's map, must stay mapped.
  Ring(std::byte* memory, size_t size) : head_(reinterpret_cast<bpf_ring_head*>(memory)), size_(size) {}
  // Bytes that a ring of `size` bytes takes, which is a power of two.
  static size_t room(size_t size) { return BPF_RING_HEAD + size + BPF_RING_TAIL; }

  // The oldest record that was not taken, nullptr if there is none. It stays valid until release().
  const bpf_record* peek() {
    if (position_ == available_) {
      available_ = __atomic_load_n(&head_->produced, __ATOMIC_ACQUIRE);
      if (position_ == available_) return nullptr;
    }
    return record();
  }
  // Takes the record that peek() returned.
  void take() {
    const u64 at = position_ & (size_ - 1);
    const u64 length = (record()->size + u64{7}) & ~u64{7};
    position_ += at + length < size_ ? length : size_ - at;
  }
  // Gives the room of the records that were taken back to the program.
  void release();
  // Bytes that were not released.
  size_t filled() const;
  // Bytes that were taken and not released.
  size_t taken() const { return position_ - released_; }

 private:
  const bpf_record* record() const {
    const auto* data = reinterpret_cast<const std::byte*>(head_) + BPF_RING_HEAD;
    return reinterpret_cast<const bpf_record*>(data + (position_ & (size_ - 1)));
  }
  bpf_ring_head* head_;
  size_t size_;
  u64 position_ = 0;  // of the next record to take
  u64 released_ = 0;
  u64 available_ = 0;  // as last seen
};

}  // namespace sysray::capture::bpf
