// Distribution: how times are spread, in buckets that are narrow in proportion to the time.
#pragma once

#include <bit>
#include <cstddef>
#include <vector>

#include "base/types.h"

namespace sysray::sink {

// Each power of two is divided in 32 buckets: a time is known to 1.6 % (below 64 ns exactly). Allocates when a longer
// time comes than any before.
class Distribution {
 public:
  void count(Nanoseconds time) {
    const size_t bucket = bucket_of(time < 0 ? 0 : static_cast<u64>(time));
    if (bucket >= counts_.size()) counts_.resize(bucket + 1);
    counts_[bucket]++;
    total_++;
  }

  u64 total() const { return total_; }
  // The time that `share` (0 .. 1) of all don't exceed; the middle of its bucket. 0 if there are none.
  Nanoseconds percentile(double share) const;
  // How many times lie in [2^octave, 2^(octave + 1)); 0 is in octave 0.
  u64 in_octave(unsigned octave) const;
  // The first octave that has none, nor any above it.
  unsigned octave_end() const;
  void add(const Distribution& other);

 private:
  static constexpr unsigned detail = 5;  // bits behind the first one that tell buckets apart
  static size_t bucket_of(u64 time) {
    const unsigned width = static_cast<unsigned>(std::bit_width(time));
    if (width <= detail + 1) return time;
    const unsigned shift = width - detail - 1;
    return (size_t{shift} << detail) + (time >> shift);
  }
  static Nanoseconds middle_of(size_t bucket);

  std::vector<u64> counts_;
  u64 total_ = 0;
};

}  // namespace sysray::sink
