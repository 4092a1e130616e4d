// Processes that come and go: fork, vfork, clone3, exec.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <map>

#include "harness.h"

namespace sysray::capture {
namespace {

Plan follow(std::vector<std::string> arguments) {
  Plan plan = launch_tracee(std::move(arguments));
  plan.follow_forks = true;
  return plan;
}

TEST(Processes, ForkStorm) {
  Plan plan = follow({"fork_storm", "2000"});
  plan.calls = only({nr_personality});
  Traced r = trace(plan);
  EXPECT_EQ(r.ending.exit_status, 0);
  expect_orderly(r.seen.events);
  EXPECT_EQ(r.seen.all(RawKind::attached).size(), 2001u);
  EXPECT_EQ(r.seen.all(RawKind::exited).size(), 2001u);
  EXPECT_EQ(r.seen.calls(nr_personality).size(), 2000u);
  Tid parent = r.seen.events[0].tid;
  for (const RawEvent& event : r.seen.all(RawKind::attached)) {
    if (event.tid == parent) continue;
    EXPECT_EQ(event.other, parent);
    EXPECT_EQ(number(event.tgid), number(event.tid));
  }
}

TEST(Processes, KilledAtBirth) {
  Traced r = trace(follow({"killed_children", "300"}));
  EXPECT_EQ(r.ending.exit_status, 0);
  expect_orderly(r.seen.events);
  EXPECT_EQ(r.seen.all(RawKind::attached).size(), 301u);
  EXPECT_EQ(r.seen.all(RawKind::killed).size(), 300u);
  EXPECT_FALSE(r.told.contains("unknown pid"));
}

TEST(Processes, VforkAndExec) {
  Traced r = trace(follow({"vfork_exec", "exit", "6"}));
  EXPECT_EQ(r.ending.exit_status, 6);
  expect_orderly(r.seen.events);
  EXPECT_EQ(r.seen.all(RawKind::exec).size(), 2u);
  EXPECT_EQ(r.seen.all(RawKind::exited).size(), 2u);
}

TEST(Processes, CloneWithoutSignalAndWithTheParentsParent) {
  Traced r = trace(follow({"clones"}));
  EXPECT_EQ(r.ending.exit_status, 0);
  expect_orderly(r.seen.events);
  EXPECT_EQ(r.seen.all(RawKind::attached).size(), 3u);
  EXPECT_EQ(r.seen.calls(nr_personality).size(), 2u);
}

TEST(Processes, ChildrenAreLeftAloneWithoutFollowForks) {
  Traced r = trace(launch_tracee({"fork_storm", "50"}));
  EXPECT_EQ(r.ending.exit_status, 0);
  EXPECT_EQ(r.seen.all(RawKind::attached).size(), 1u);
}

TEST(Processes, ExecOverAndOver) {
  Traced r = trace(follow({"exec", "20", "exit", "3"}));
  EXPECT_EQ(r.ending.exit_status, 3);
  expect_orderly(r.seen.events);
  EXPECT_EQ(r.seen.all(RawKind::exec).size(), 22u);
}

TEST(Processes, DetachOnExecLetsTheSecondOneGo) {
  Plan plan = follow({"exec", "2", "exit", "3"});
  plan.detach_on_exec = true;
  plan.quiet_attach = false;
  Traced r = trace(plan);
  EXPECT_EQ(r.ending.exit_status, 0);
  EXPECT_EQ(r.seen.all(RawKind::exec).size(), 2u);
  EXPECT_EQ(r.seen.events.back().kind, RawKind::detached);
  ASSERT_EQ(r.told.lines.size(), 1u);
  EXPECT_TRUE(r.told.contains(" detached"));
  int status;
  EXPECT_EQ(waitpid(number(r.seen.events[0].tid), &status, 0), number(r.seen.events[0].tid));
  EXPECT_EQ(WEXITSTATUS(status), 3);
}

TEST(Processes, Messages) {
  Plan plan = follow({"vfork_exec", "exit", "0"});
  plan.quiet_attach = false;
  Traced r = trace(plan);
  ASSERT_EQ(r.told.lines.size(), 1u);
  EXPECT_EQ(r.told.lines[0], "Process " + std::to_string(number(r.seen.all(RawKind::attached)[1].tid)) + " attached");
}

}  // namespace
}  // namespace sysray::capture
