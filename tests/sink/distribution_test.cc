// Percentiles and octaves of times.
#include "sink/distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace sysray::sink {
namespace {

TEST(Distribution, OfNothing) {
  Distribution none;
  EXPECT_EQ(none.percentile(0.5), 0);
  EXPECT_EQ(none.octave_end(), 0u);
}

TEST(Distribution, SmallTimesAreExact) {
  Distribution times;
  for (Nanoseconds i = 1; i <= 60; i++) times.count(i);
  EXPECT_EQ(times.percentile(0.5), 30);
  EXPECT_EQ(times.percentile(0.9), 54);
  EXPECT_EQ(times.percentile(1), 60);
  times.count(-5);
  EXPECT_EQ(times.percentile(0), 0);
}

TEST(Distribution, PercentilesAreWithinTwoPercent) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> spread(9, 2.5);
  Distribution times;
  std::vector<Nanoseconds> all;
  for (int i = 0; i < 20000; i++) {
    all.push_back(static_cast<Nanoseconds>(spread(random)));
    times.count(all.back());
  }
  std::ranges::sort(all);
  for (double share : {0.01, 0.25, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = static_cast<double>(all[static_cast<size_t>(share * 20000) - 1]);
    EXPECT_NEAR(static_cast<double>(times.percentile(share)), exact, exact * 0.02 + 1) << share;
  }
}

TEST(Distribution, Octaves) {
  Distribution times, more;
  for (Nanoseconds time : {0, 1, 2, 3, 4, 1023, 1024, 2047}) times.count(time);
  more.count(2048);
  times.add(more);
  EXPECT_EQ(times.total(), 9u);
  EXPECT_EQ(times.octave_end(), 12u);
  EXPECT_EQ(times.in_octave(0), 2u);
  EXPECT_EQ(times.in_octave(1), 2u);
  EXPECT_EQ(times.in_octave(2), 1u);
  EXPECT_EQ(times.in_octave(9), 1u);
  EXPECT_EQ(times.in_octave(10), 2u);
  EXPECT_EQ(times.in_octave(11), 1u);
  EXPECT_EQ(times.in_octave(40), 0u);
}

}  // namespace
}  // namespace sysray::sink
