#include "capture/bpf/bell.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

namespace sysray::capture::bpf {
namespace {

size_t page_size() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

Result<Bell> Bell::open(int fd) {
  const size_t page = page_size();
  void* consumed = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (consumed == MAP_FAILED) return Error{"mapping a BPF ring", strerror(errno), "", errno};
  void* produced = mmap(nullptr, page, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(page));
  if (produced == MAP_FAILED) {
    const int error = errno;
    munmap(consumed, page);
    return Error{"mapping a BPF ring", strerror(error), "", error};
  }
  return Bell(fd, static_cast<u64*>(consumed), static_cast<const u64*>(produced));
}

Bell::Bell(Bell&& other) noexcept
    : fd_(other.fd_), consumed_(std::exchange(other.consumed_, nullptr)), produced_(other.produced_) {}

Bell::~Bell() {
  if (!consumed_) return;
  munmap(consumed_, page_size());
  munmap(const_cast<u64*>(produced_), page_size());
}

void Bell::clear() { __atomic_store_n(consumed_, __atomic_load_n(produced_, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE); }

}  // namespace sysray::capture::bpf
