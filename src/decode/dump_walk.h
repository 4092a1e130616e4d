// DumpWalk: the bytes that a call transfers, found while its arguments are walked once more (-e read=, -e write=).
#pragma once

#include <array>
#include <span>
#include <vector>

#include "event/event.h"

namespace sysray::decode {

// Buffers behind an array of buffers are numbered; those of an array of such arrays (sendmmsg) as well by vector.
class DumpWalk {
 public:
  // An array of `count` elements begins; its element `index` comes; it is done.
  void enter(u64 count) {
    if (depth_++ < levels_.size()) levels_[depth_ - 1] = {0, count, false};
  }
  void at(u64 index) {
    if (depth_ <= levels_.size()) levels_[depth_ - 1].index = index;
  }
  void leave() { depth_--; }

  // Bytes that may still be added: whatever a tracee claims, one call is dumped up to a bound.
  u64 room() const { return room_; }
  // A buffer, of which this much could be read; `dump.bytes` must outlive the event.
  void add(event::Dump dump);
  const std::vector<event::Dump>& dumps() const { return dumps_; }

 private:
  struct Level {
    u64 index = 0;
    u64 count = 0;
    bool announced = false;
  };
  std::array<Level, 4> levels_;
  size_t depth_ = 0;
  u64 room_ = 64 * 1024 * 1024;
  std::vector<event::Dump> dumps_;
};

}  // namespace sysray::decode
