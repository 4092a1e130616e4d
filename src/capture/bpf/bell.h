// Bell: wakes the reader. The program puts something into a small BPF ring buffer, only to have it polled.
#pragma once

#include "base/result.h"
#include "base/types.h"

namespace sysray::capture::bpf {

class Bell {
 public:
  // The map's descriptor must stay open. epoll tells of it, by edges.
  static Result<Bell> open(int fd);
  Bell(Bell&& other) noexcept;
  Bell& operator=(Bell&&) = delete;
  ~Bell();

  int fd() const { return fd_; }
  // Makes room for further rings of the bell.
  void clear();

 private:
  Bell(int fd, u64* consumed, const u64* produced) : fd_(fd), consumed_(consumed), produced_(produced) {}
  int fd_;
  u64* consumed_;
  const u64* produced_;
};

}  // namespace sysray::capture::bpf
