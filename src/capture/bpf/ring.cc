#include "capture/bpf/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace sysray::capture::bpf {
namespace {

size_t page_size() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

size_t rounded(size_t length) { return (length + BPF_RINGBUF_HDR_SZ + 7) & ~size_t{7}; }

u64 load_position(const std::byte* page) {
  return __atomic_load_n(reinterpret_cast<const u64*>(page), __ATOMIC_ACQUIRE);
}

}  // namespace

Result<Ring> Ring::open(int fd, size_t size) {
  const size_t page = page_size();
  void* consumer = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (consumer == MAP_FAILED) return Error{"mapping a BPF ring", strerror(errno), "", errno};
  void* producer = mmap(nullptr, page + 2 * size, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(page));
  if (producer == MAP_FAILED) {
    const int error = errno;
    munmap(consumer, page);
    return Error{"mapping a BPF ring", strerror(error), "", error};
  }
  return Ring(fd, size, static_cast<std::byte*>(consumer), static_cast<std::byte*>(producer));
}

Ring::Ring(Ring&& other) noexcept
    : fd_(other.fd_),
      size_(other.size_),
      consumer_(std::exchange(other.consumer_, nullptr)),
      producer_(std::exchange(other.producer_, nullptr)),
      position_(other.position_),
      released_(other.released_),
      available_(other.available_) {}

Ring::~Ring() {
  if (!consumer_) return;
  munmap(consumer_, page_size());
  munmap(producer_, page_size() + 2 * size_);
}

const bpf_record* Ring::peek() {
  const std::byte* data = producer_ + page_size();
  for (;;) {
    if (position_ == available_) {
      available_ = load_position(producer_);
      if (position_ == available_) return nullptr;
    }
    const std::byte* header = data + (position_ & (size_ - 1));
    const u32 length = __atomic_load_n(reinterpret_cast<const u32*>(header), __ATOMIC_ACQUIRE);
    if (length & BPF_RINGBUF_BUSY_BIT) return nullptr;
    const size_t bytes = length & ~u32{BPF_RINGBUF_DISCARD_BIT};
    if (!(length & BPF_RINGBUF_DISCARD_BIT) && bytes >= BPF_EXIT_SIZE)
      return reinterpret_cast<const bpf_record*>(header + BPF_RINGBUF_HDR_SZ);
    position_ += rounded(bytes);
  }
}

void Ring::take() {
  const std::byte* header = producer_ + page_size() + (position_ & (size_ - 1));
  position_ += rounded(*reinterpret_cast<const u32*>(header));
}

void Ring::release() {
  released_ = position_;
  __atomic_store_n(reinterpret_cast<u64*>(consumer_), position_, __ATOMIC_RELEASE);
}

size_t Ring::filled() const { return load_position(producer_) - released_; }

}  // namespace sysray::capture::bpf
