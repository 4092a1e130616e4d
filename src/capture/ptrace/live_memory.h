// LiveMemory: the memory of a thread that is stopped now, for decoding.
#pragma once

#include <array>
#include <cstddef>

#include "event/memory_view.h"

namespace sysray::capture::ptrace {

// Reads through process_vm_readv(2), or PTRACE_PEEKDATA where that is refused. Small reads are served from blocks
// around recent ones, which are kept only until look_at() is called for the next stop.
class LiveMemory : public event::MemoryView {
 public:
  // `tid` is stopped by ptrace, and stays so until the next look_at().
  void look_at(Tid tid) {
    tid_ = tid;
    generation_++;
    refused_ = false;
    gone_ = false;
  }

  size_t read(RemoteAddress from, void* to, size_t size) override;

  // Whether a read failed because the thread has ended, or can't be read since it isn't stopped.
  bool gone() const { return gone_; }

 private:
  static constexpr size_t block_size = 512;  // divides a page: a block is readable as a whole or not at all
  static constexpr size_t slots = 16;
  struct Block {
    u64 address = 0;
    u64 generation = 0;
    size_t length = 0;
    std::array<std::byte, block_size> bytes;
  };

  size_t read_through(RemoteAddress from, std::byte* to, size_t size);
  size_t peek(RemoteAddress from, std::byte* to, size_t size);
  const Block& block_at(u64 address);

  Tid tid_{};
  u64 generation_ = 0;
  bool refused_ = false;      // process_vm_readv is not allowed for this thread
  bool unavailable_ = false;  // ... or not available at all
  bool gone_ = false;
  std::array<Block, slots> blocks_;
};

}  // namespace sysray::capture::ptrace
