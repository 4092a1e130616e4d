// The descriptions of the source tree as a whole.
#include <gtest/gtest.h>

#include <cstring>

#include "describe/blob.h"
#include "describe/coverage.h"
#include "describe/validate.h"
#include "support.h"

namespace sysray::testing {
namespace {

TEST(Descriptions, KeepTheInvariantsOfTheModel) {
  const auto result = describe::validate(tree_model());
  EXPECT_TRUE(result) << result.error().observed;
}

TEST(Descriptions, AreTheSameInABlob) {
  const std::string blob = describe::write_blob(tree_model());
  std::vector<u64> words(blob.size() / 8 + 1);
  memcpy(words.data(), blob.data(), blob.size());
  const auto model = describe::read_blob({reinterpret_cast<const char*>(words.data()), blob.size()});
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_TRUE(describe::validate(*model));
  EXPECT_EQ(model->syscalls.size(), tree_model().syscalls.size());
}

TEST(Descriptions, HaveASubsystemInEachFile) {
  for (const auto& one : tree_model().subsystems) EXPECT_NE(one.title.length, 0u) << tree_model().text(one.file);
}

TEST(Descriptions, GiveACoverageReport) {
  const auto report = describe::coverage(tree_model(), SYSRAY_TEST_SOURCE_DIR "/../facts");
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_NE(report->find("x86_64: calls described"), std::string::npos);
  EXPECT_NE(report->find("custom kinds: "), std::string::npos);
}

TEST(Coverage, SaysWhichTableIsMissing) {
  const auto report = describe::coverage(tree_model(), "/nonexistent");
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message().find("/nonexistent/structs.tsv"), std::string::npos);
}

}  // namespace
}  // namespace sysray::testing
