// Delays: threads that are held in their stop until a moment of time.
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "base/types.h"

namespace sysray::capture::ptrace {

constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();

// Moments are of CLOCK_MONOTONIC. A thread that is gone stays in the queue until its moment comes.
class Delays {
 public:
  struct Delay {
    Nanoseconds until = 0;
    Tid tid{};
    bool operator>(const Delay& other) const { return until > other.until; }
  };

  void add(Tid tid, Nanoseconds until) {
    queue_.push_back({until, tid});
    std::ranges::push_heap(queue_, std::greater());
  }
  // The next moment that ends a delay.
  std::optional<Nanoseconds> next() const {
    if (queue_.empty()) return std::nullopt;
    return queue_.front().until;
  }
  // A delay that has ended by `now`.
  std::optional<Delay> take_ended(Nanoseconds now) {
    if (queue_.empty() || queue_.front().until > now) return std::nullopt;
    Delay ended = queue_.front();
    std::ranges::pop_heap(queue_, std::greater());
    queue_.pop_back();
    return ended;
  }

 private:
  std::vector<Delay> queue_;  // a heap, the next one first
};

}  // namespace sysray::capture::ptrace
