#include "sink/distribution.h"

#include <algorithm>
#include <cmath>

namespace sysray::sink {

Nanoseconds Distribution::middle_of(size_t bucket) {
  if (bucket < (size_t{2} << detail)) return static_cast<Nanoseconds>(bucket);
  const unsigned shift = static_cast<unsigned>(bucket >> detail) - 1;
  const u64 first = (bucket - (size_t{shift} << detail)) << shift;
  return static_cast<Nanoseconds>(first + ((u64{1} << shift) >> 1));
}

Nanoseconds Distribution::percentile(double share) const {
  const u64 rank = std::max<u64>(1, static_cast<u64>(std::ceil(share * static_cast<double>(total_))));
  u64 seen = 0;
  for (size_t bucket = 0; bucket < counts_.size(); bucket++) {
    seen += counts_[bucket];
    if (seen >= rank) return middle_of(bucket);
  }
  return 0;
}

u64 Distribution::in_octave(unsigned octave) const {
  const size_t first = octave == 0 ? 0 : bucket_of(u64{1} << octave);
  const size_t end = std::min(bucket_of(u64{2} << octave), counts_.size());
  u64 sum = 0;
  for (size_t bucket = first; bucket < end; bucket++) sum += counts_[bucket];
  return sum;
}

unsigned Distribution::octave_end() const {
  if (counts_.empty()) return 0;
  return std::max(1u, static_cast<unsigned>(std::bit_width(static_cast<u64>(middle_of(counts_.size() - 1)))));
}

void Distribution::add(const Distribution& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
  for (size_t bucket = 0; bucket < other.counts_.size(); bucket++) counts_[bucket] += other.counts_[bucket];
  total_ += other.total_;
}

}  // namespace sysray::sink
