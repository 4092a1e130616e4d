// Descriptor tables: what remains known when descriptors are used again, and tasks share tables or part with them.
#include "resolve/descriptor_tables.h"

#include <gtest/gtest.h>

namespace sysray::resolve {
namespace {

constexpr Tid a{10}, b{11};

class Tables : public ::testing::Test {
 protected:
  void open(Tid tid, int fd, const char* name) { tables.make(tid, fd).link = name; }
  std::string name(Tid tid, int fd) {
    const DescriptorEntry* entry = tables.find(tid, fd);
    return entry ? entry->link : "";
  }
  DescriptorTables tables;
};

TEST_F(Tables, CloseEndsADescriptorWhenItSucceeds) {
  open(a, 3, "one");
  tables.begin_closing(a, 3, 3);
  EXPECT_EQ(name(a, 3), "one");
  tables.finish_closing(a, false);
  EXPECT_EQ(name(a, 3), "one");
  tables.begin_closing(a, 3, 3);
  tables.finish_closing(a, true);
  EXPECT_EQ(name(a, 3), "");
}

TEST_F(Tables, ANumberThatIsUsedAgainBeforeCloseReturns) {
  tables.began(b, a, DescriptorTables::Sharing::shared);
  open(a, 3, "one");
  tables.began(b, a, DescriptorTables::Sharing::shared);
  tables.begin_closing(a, 3, 3);
  open(b, 3, "two");  // the kernel has closed it, and the news of that is still on its way
  tables.finish_closing(a, true);
  EXPECT_EQ(name(a, 3), "two");
}

TEST_F(Tables, RangesLeaveWhatCameMeanwhile) {
  for (int fd = 3; fd < 10; fd++) open(a, fd, "old");
  tables.begin_closing(a, 5, 1 << 30);
  open(a, 7, "new");
  tables.finish_closing(a, true);
  EXPECT_EQ(name(a, 4), "old");
  EXPECT_EQ(name(a, 5), "");
  EXPECT_EQ(name(a, 7), "new");
  EXPECT_EQ(name(a, 9), "");
}

TEST_F(Tables, CopiesAndSharedOnes) {
  open(a, 3, "one");
  tables.began(b, a, DescriptorTables::Sharing::copied);
  open(b, 3, "two");
  EXPECT_EQ(name(a, 3), "one");
  tables.began(b, a, DescriptorTables::Sharing::shared);
  open(b, 3, "three");
  EXPECT_EQ(name(a, 3), "three");
  tables.unshare(b);
  open(b, 3, "four");
  EXPECT_EQ(name(a, 3), "three");
  tables.reset(b);
  EXPECT_EQ(name(b, 3), "");
  EXPECT_EQ(name(a, 3), "three");
  tables.ended(a);
  EXPECT_EQ(name(a, 3), "");
}

TEST_F(Tables, StayBounded) {
  for (int fd = 0; fd < static_cast<int>(DescriptorTables::max_entries) + 10; fd++) open(a, fd, "x");
  EXPECT_EQ(name(a, 0), "");
  EXPECT_EQ(name(a, static_cast<int>(DescriptorTables::max_entries) + 9), "x");
}

TEST_F(Tables, TellsAllWhileOneThreadIsFollowedFromTheStart) {
  open(a, 3, "one");
  EXPECT_FALSE(tables.tells_all(a));
  tables.follow(a);
  EXPECT_TRUE(tables.tells_all(a));
  tables.began(b, a, DescriptorTables::Sharing::copied);
  EXPECT_TRUE(tables.tells_all(b));
  tables.reset(b);
  EXPECT_TRUE(tables.tells_all(b));
  tables.untold(b);
  EXPECT_FALSE(tables.tells_all(b));
  tables.reset(b);  // what may change them outlives an execve
  EXPECT_FALSE(tables.tells_all(b));
  EXPECT_TRUE(tables.tells_all(a));
}

TEST_F(Tables, TellsNotAllOnceSharedOrPerhapsShared) {
  for (const auto sharing : {DescriptorTables::Sharing::shared, DescriptorTables::Sharing::unknown}) {
    DescriptorTables own;
    own.make(a, 3).link = "one";
    own.follow(a);
    own.began(b, a, sharing);
    EXPECT_FALSE(own.tells_all(a));
    EXPECT_FALSE(own.tells_all(b));
    own.ended(b);
    EXPECT_FALSE(own.tells_all(a));
  }
}

}  // namespace
}  // namespace sysray::resolve
