// Merging of the files of -ff.
#include "cli/merge.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace sysray::cli {
namespace {

class MergeTest : public ::testing::Test {
 protected:
  MergeTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~MergeTest() override { std::filesystem::remove_all(folder_); }

  void log(const std::string& suffix, const std::string& text) { std::ofstream(prefix_ + "." + suffix) << text; }
  std::string merged() {
    std::ostringstream out;
    auto result = merge_logs(prefix_, out);
    return result ? out.str() : result.error().cause + ": " + result.error().observed;
  }

  const std::string folder_ =
      ::testing::TempDir() + "sysray_merge_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string prefix_ = folder_ + "/log";
};

TEST(TimeOfLine, Forms) {
  EXPECT_EQ(time_of_line("1234567890.123456 close(3) = 0"), 1234567890'123456'000);
  EXPECT_EQ(time_of_line("1234567890 close(3) = 0"), 1234567890'000000'000);
  EXPECT_EQ(time_of_line("01:02:03 close(3) = 0"), 3723'000'000'000);
  EXPECT_EQ(time_of_line("01:02:03.5 close(3) = 0"), 3723'500'000'000);
  for (std::string_view line : {"", "close(3) = 0", "1.x close", "-1.5 close", "1:-2 x", ".5 x"}) {
    EXPECT_EQ(time_of_line(line), std::nullopt) << line;
  }
}

TEST_F(MergeTest, SortsByTime) {
  log("4294967295", "3456789012.345678 +++ exited with 3 +++\n");
  log("65535", "1234567890.123456 +++ exited with 2 +++\n");
  log("1", "2345678901.234567 +++ exited with 1 +++\n");
  EXPECT_EQ(merged(),
            "65535      1234567890.123456 +++ exited with 2 +++\n"
            "1          2345678901.234567 +++ exited with 1 +++\n"
            "4294967295 3456789012.345678 +++ exited with 3 +++\n");
}

TEST_F(MergeTest, KeepsTheOrderWithinAFile) {
  log("1", "10:00:00 a\n10:00:02 b\n dump of b\n10:00:02 c\n");
  log("2", "10:00:01 d\n10:00:02 e\n");
  EXPECT_EQ(merged(), "1 10:00:00 a\n2 10:00:01 d\n1 10:00:02 b\n1  dump of b\n1 10:00:02 c\n2 10:00:02 e\n");
}

TEST_F(MergeTest, GoesOnAfterMidnight) {
  log("1", "23:59:59 a\n00:00:02 b\n");
  log("2", "23:59:58 c\n00:00:01 d\n");
  EXPECT_EQ(merged(), "2 23:59:58 c\n1 23:59:59 a\n2 00:00:01 d\n1 00:00:02 b\n");
}

TEST_F(MergeTest, Errors) {
  EXPECT_EQ(merged(), prefix_ + ": strace output not found");
  log("0", "1.0 x\n");
  log("txt", "1.0 x\n");
  EXPECT_EQ(merged(), prefix_ + ": strace output not found");
  log("1", "\n");
  EXPECT_EQ(merged(), prefix_ + ".* files do not look like log files produced by 'strace -tt': ");
}

}  // namespace
}  // namespace sysray::cli
