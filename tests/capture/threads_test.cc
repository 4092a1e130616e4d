// Threads: many of them, their births, their ends, and execve by one of them.
#include <gtest/gtest.h>

#include <set>

#include "harness.h"

namespace sysray::capture {
namespace {

Plan follow(std::vector<std::string> arguments) {
  Plan plan = launch_tracee(std::move(arguments));
  plan.follow_forks = true;
  return plan;
}

class Threads : public testing::TestWithParam<int> {};

TEST_P(Threads, NoCallIsLost) {
  int count = GetParam();
  Plan plan = follow({"threads", std::to_string(count), "4"});
  plan.calls = only({nr_personality});
  Traced r = trace(plan);
  EXPECT_EQ(r.ending.exit_status, 0);
  expect_orderly(r.seen.events);
  EXPECT_EQ(r.seen.calls(nr_personality, RawKind::call_enter).size(), 4u * static_cast<size_t>(count));
  EXPECT_EQ(r.seen.calls(nr_personality).size(), 4u * static_cast<size_t>(count));
  EXPECT_EQ(r.seen.all(RawKind::attached).size(), static_cast<size_t>(count) + 1);
  EXPECT_EQ(r.seen.all(RawKind::exited).size(), static_cast<size_t>(count) + 1);
  std::set<s32> processes;
  for (const RawEvent& event : r.seen.events) processes.insert(number(event.tgid));
  EXPECT_EQ(processes.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Counts, Threads, testing::Values(1, 8, 1000));

TEST(ThreadLives, CreatorIsKnown) {
  Traced r = trace(follow({"threads", "2", "1"}));
  std::vector<RawEvent> attached = r.seen.all(RawKind::attached);
  ASSERT_EQ(attached.size(), 3u);
  EXPECT_EQ(attached[1].other, attached[0].tid);
  EXPECT_EQ(attached[2].other, attached[0].tid);
}

TEST(ThreadLives, NotFollowedWithoutFollowForks) {
  Plan plan = launch_tracee({"threads", "4", "1"});
  Traced r = trace(plan);
  EXPECT_EQ(r.ending.exit_status, 0);
  EXPECT_EQ(r.seen.all(RawKind::attached).size(), 1u);
  EXPECT_EQ(r.seen.calls(nr_personality).size(), 0u);
}

TEST(ThreadLives, ExecveByAThreadSupersedesTheLeader) {
  Traced r = trace(follow({"thread_exec", "exit", "4"}));
  EXPECT_EQ(r.ending.exit_status, 4);
  expect_orderly(r.seen.events);
  ASSERT_EQ(r.seen.all(RawKind::superseded).size(), 1u);
  RawEvent superseded = r.seen.all(RawKind::superseded)[0];
  EXPECT_EQ(number(superseded.tid), number(superseded.tgid));
  EXPECT_NE(superseded.other, superseded.tid);
  // The leader's pause ends without a result, then the execve of the thread goes on under the leader's id.
  size_t at = 0;
  while (r.seen.events[at].kind != RawKind::superseded) at++;
  // Other threads may end in between.
  size_t last = at;
  while (last > 0 && (last == at || r.seen.events[last].tid != superseded.tid)) last--;
  EXPECT_EQ(r.seen.events[last].tid, superseded.tid);
  EXPECT_EQ(r.seen.events[last].kind, RawKind::call_exit);
  EXPECT_FALSE(r.seen.events[last].has_result);
  EXPECT_EQ(r.seen.events[at + 1].kind, RawKind::exec);
  EXPECT_EQ(r.seen.events[at + 2].kind, RawKind::call_exit);
  EXPECT_EQ(r.seen.events[at + 2].number, nr_execve);
  EXPECT_EQ(r.seen.events[at + 2].tid, superseded.tid);
}

TEST(ThreadLives, KilledInTheMiddleOfCalls) {
  Traced r = trace(follow({"killed_threads"}));
  EXPECT_EQ(r.ending.fatal_signal, 9);
  expect_orderly(r.seen.events);
  EXPECT_EQ(r.seen.all(RawKind::killed).size(), 5u);
}

}  // namespace
}  // namespace sysray::capture
