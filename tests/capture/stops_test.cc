// Stopping signals, and tracees that take no signal.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "harness.h"

namespace sysray::capture {
namespace {

std::string untraced_output(const std::string& program) {
  OutputToFile output;
  EXPECT_EQ(system((std::string(TRACEE) + " " + program).c_str()), 0);
  return output.text();
}

TEST(Stops, ParentSeesWhatItSeesUntraced) {
  std::string expected = untraced_output("job_control");
  Plan plan = launch_tracee({"job_control"});
  plan.follow_forks = true;
  OutputToFile output;
  Traced r = trace(plan);
  EXPECT_EQ(output.text(), expected);
  expect_orderly(r.seen.events);
  ASSERT_EQ(r.seen.all(RawKind::group_stop).size(), 4u);
  int signals[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
  for (size_t i = 0; i < 4; i++) EXPECT_EQ(r.seen.all(RawKind::group_stop)[i].status, signals[i]);
}

TEST(Stops, GroupStopLasts) {
  Plan plan = launch_tracee({"stopped"});
  plan.tick = 20'000'000;
  Traced r;
  r.seen.stop_at_tick = 5;  // nobody sends SIGCONT
  trace(r, plan);
  ASSERT_FALSE(r.seen.events.empty());
  pid_t pid = number(r.seen.events[0].tid);
  EXPECT_EQ(r.seen.all(RawKind::group_stop).size(), 1u);
  EXPECT_EQ(r.seen.events.back().kind, RawKind::detached);
  int status;
  EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
  EXPECT_TRUE(WIFSTOPPED(status));  // left as it was
  kill(pid, SIGCONT);
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WEXITSTATUS(status), 5);
}

TEST(Stops, OneThatBlocksAndIgnoresEverySignal) {
  Traced r = trace(launch_tracee({"stubborn"}));
  EXPECT_EQ(r.ending.exit_status, 7);
  EXPECT_EQ(r.seen.calls(nr_personality).size(), 1u);
  EXPECT_TRUE(r.seen.all(RawKind::signal).empty());
}

TEST(Stops, LooksIdleWhileTheTraceeWaits) {
  Plan plan = launch_tracee({"interrupted"});
  Traced r = trace(plan);
  EXPECT_GT(r.seen.idles, 0);
}

}  // namespace
}  // namespace sysray::capture
