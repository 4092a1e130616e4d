#include "capture/ptrace/live_memory.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstring>

namespace sysray::capture::ptrace {

size_t LiveMemory::read(RemoteAddress from, void* to, size_t size) {
  std::byte* out = static_cast<std::byte*>(to);
  if (refused_ || unavailable_ || size > block_size) return read_through(from, out, size);
  size_t done = 0;
  while (done < size) {
    u64 address = from.value + done;
    size_t offset = address % block_size;
    const Block& block = block_at(address - offset);
    if (block.length <= offset) return refused_ ? done + read_through(from + done, out + done, size - done) : done;
    size_t n = std::min(size - done, block.length - offset);
    memcpy(out + done, block.bytes.data() + offset, n);
    done += n;
  }
  return done;
}

const LiveMemory::Block& LiveMemory::block_at(u64 address) {
  Block& block = blocks_[address / block_size % slots];
  if (block.generation != generation_ || block.address != address) {
    block.address = address;
    block.generation = generation_;
    block.length = read_through({address}, block.bytes.data(), block_size);
  }
  return block;
}

size_t LiveMemory::read_through(RemoteAddress from, std::byte* to, size_t size) {
  if (refused_ || unavailable_) return peek(from, to, size);
  iovec local{to, size};
  iovec remote{reinterpret_cast<void*>(from.value), size};
  ssize_t got = process_vm_readv(number(tid_), &local, 1, &remote, 1, 0);
  if (got >= 0) return static_cast<size_t>(got);
  unavailable_ = errno == ENOSYS;
  refused_ = errno == EPERM;
  gone_ |= errno == ESRCH;
  if (!refused_ && !unavailable_) return 0;
  // A block that nobody asked for as a whole isn't worth its many peeks.
  refused_ = true;
  return size == block_size ? 0 : peek(from, to, size);
}

// Word by word; the words are aligned, so that none of them reaches into a page that was not asked for.
size_t LiveMemory::peek(RemoteAddress from, std::byte* to, size_t size) {
  constexpr size_t word_size = sizeof(long);
  size_t done = 0;
  while (done < size) {
    u64 address = from.value + done;
    size_t offset = address % word_size;
    errno = 0;
    long word = ::ptrace(PTRACE_PEEKDATA, number(tid_), address - offset, nullptr);
    gone_ |= errno == ESRCH;
    if (errno) break;
    size_t n = std::min(size - done, word_size - offset);
    memcpy(to + done, reinterpret_cast<std::byte*>(&word) + offset, n);
    done += n;
  }
  return done;
}

}  // namespace sysray::capture::ptrace
