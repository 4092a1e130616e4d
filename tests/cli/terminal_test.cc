// Colors of terminals.
#include "cli/terminal.h"

#include <gtest/gtest.h>

namespace sysray::cli {
namespace {

// A terminfo entry whose numbers are all absent but for that of colors.
std::string entry(int magic, int colors, size_t numbers = 15) {
  const size_t width = magic == 01036 ? 4 : 2;
  std::string text;
  auto add = [&text](int value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) text += static_cast<char>(value >> (8 * i));
  };
  add(magic, 2);
  for (int size : {5, 2, static_cast<int>(numbers), 0, 0}) add(size, 2);
  text += std::string("name\0", 5) + std::string(2, '\0') + std::string(1, '\0');  // names, flags, a byte of padding
  for (size_t i = 0; i < numbers; i++) add(i == 13 ? colors : -1, width);
  return text;
}

TEST(Terminal, ReadsTheNumberOfColors) {
  EXPECT_EQ(colors_of_entry(entry(0432, 8)), 8);
  EXPECT_EQ(colors_of_entry(entry(01036, 16777216)), 16777216);
  EXPECT_EQ(colors_of_entry(entry(0432, -1)), 0);
  EXPECT_EQ(colors_of_entry(entry(01036, -1)), 0);
  EXPECT_EQ(colors_of_entry(entry(0432, 8, 13)), 0);
}

TEST(Terminal, SurvivesBrokenEntries) {
  const std::string good = entry(0432, 8);
  for (size_t size = 0; size < good.size() - 4; size++) EXPECT_EQ(colors_of_entry(good.substr(0, size)), 0) << size;
  EXPECT_EQ(colors_of_entry(entry(0777, 8)), 0);
}

TEST(Terminal, Types) {
  EXPECT_TRUE(has_colors("xterm-256color"));
  EXPECT_TRUE(has_colors("linux"));
  EXPECT_FALSE(has_colors("dumb"));
  EXPECT_FALSE(has_colors(""));
  EXPECT_FALSE(has_colors("../x"));
}

}  // namespace
}  // namespace sysray::cli
