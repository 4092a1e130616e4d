// Suggestions.
#include "filter/nearest.h"

#include <gtest/gtest.h>

namespace sysray::filter {
namespace {

TEST(Nearest, Distance) {
  EXPECT_EQ(distance("open", "open"), 0u);
  EXPECT_EQ(distance("opne", "open"), 1u);
  EXPECT_EQ(distance("", "abc"), 3u);
  EXPECT_EQ(distance("kitten", "sitting"), 3u);
}

TEST(Nearest, FindsWhatIsMeant) {
  constexpr std::string_view names[] = {"read", "write", "openat", "close"};
  EXPECT_EQ(nearest("raed", names), "read");
  EXPECT_EQ(nearest("opneat", names), "openat");
  EXPECT_EQ(nearest("clsoe", names), "close");
}

TEST(Nearest, DoesNotGuess) {
  constexpr std::string_view names[] = {"read", "write", "io"};
  EXPECT_EQ(nearest("frobnicate", names), std::nullopt);
  EXPECT_EQ(nearest("xy", names), std::nullopt);
  EXPECT_EQ(nearest("", names), std::nullopt);
}

}  // namespace
}  // namespace sysray::filter
