// Facts of descriptors in the kernel's own texts.
#include "resolve/descriptor_facts.h"

#include <gtest/gtest.h>

namespace sysray::resolve {
namespace {

std::string facts_of(std::string_view link, std::string_view text) {
  Arena arena;
  std::string out;
  for (const DescriptorFact& fact : facts_in(link, text, arena)) {
    out += std::string(fact.group) + (fact.group.empty() ? "" : std::to_string(fact.number_of_group) + ".");
    out +=
        std::string(fact.name) + "=" + (fact.text.empty() ? std::to_string(fact.number) : std::string(fact.text)) + " ";
  }
  return out;
}

TEST(DescriptorFacts, OfEpoll) {
  EXPECT_EQ(facts_of("anon_inode:[eventpoll]",
                     "pos:\t0\nflags:\t02\nmnt_id:\t16\nino:\t1063\n"
                     "tfd:        5 events:       19 data:                5  pos:0 ino:1f sdev:10\n"
                     "tfd:        9 events:        1 data: ffffffffffffffff  pos:0 ino:20 sdev:10\n"),
            "tfd0.tfd=5 tfd0.events=25 tfd0.data=5 tfd0.pos=0 tfd0.ino=31 tfd0.sdev=16 "
            "tfd1.tfd=9 tfd1.events=1 tfd1.data=18446744073709551615 tfd1.pos=0 tfd1.ino=32 tfd1.sdev=16 ");
}

TEST(DescriptorFacts, OfInotify) {
  EXPECT_EQ(
      facts_of("anon_inode:inotify", "pos:\t0\nflags:\t00\ninotify wd:1 ino:2a sdev:800001 mask:100 ignored_mask:0\n"),
      "inotify0.wd=1 inotify0.ino=42 inotify0.sdev=8388609 inotify0.mask=256 inotify0.ignored_mask=0 ");
}

TEST(DescriptorFacts, OfTimersAndPrograms) {
  EXPECT_EQ(facts_of("anon_inode:[timerfd]", "pos:\t0\nclockid: 1\nticks: 0\nit_value: (0, 49406829)\n"),
            "clockid=1 ticks=0 it_value=(0, 49406829) ");
  EXPECT_EQ(facts_of("anon_inode:bpf-prog", "prog_type:\t17\nprog_tag:\t6deef7357e7b4530\n"),
            "prog_type=17 prog_tag=6deef7357e7b4530 ");
}

TEST(DescriptorFacts, OfOthersAndOfNonsense) {
  EXPECT_FALSE(has_facts("/etc/passwd"));
  EXPECT_EQ(facts_of("pipe:[1]", "pos:\t0\nx: 1\n"), "");
  EXPECT_EQ(facts_of("anon_inode:[eventpoll]", "tfd:::: : :\n:\n\n  \ntfd: x events"),
            "tfd0.tfd=::: tfd0.=: tfd=x events ");
}

TEST(DescriptorFacts, SealsByName) {
  Arena arena;
  EXPECT_TRUE(seal_facts(-1, arena).empty());
  ASSERT_EQ(seal_facts(0, arena).size(), 1u);
  EXPECT_EQ(seal_facts(5, arena)[0].text, "F_SEAL_SEAL|F_SEAL_GROW");
}

}  // namespace
}  // namespace sysray::resolve
