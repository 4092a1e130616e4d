// Attaching to what runs already, and letting it go again.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

namespace sysray::capture {
namespace {

Plan attach_to(const Spawned& target) {
  Plan plan;
  plan.attach = {target.tid()};
  plan.quiet_attach = true;
  plan.tick = 10'000'000;
  return plan;
}

TEST(Attach, ToALoopAndAway) {
  Spawned target({"loop"});
  ASSERT_EQ(target.line(), "ready");
  size_t calls = 0;  // of all rounds: on a busy machine the loop may not run at all within one
  for (int i = 0; i < 20; i++) {
    Traced r;
    r.seen.stop_at_tick = 1;
    trace(r, attach_to(target));
    ASSERT_EQ(r.failure, "");
    calls += r.seen.calls(nr_personality).size();
    EXPECT_EQ(r.seen.events.front().kind, RawKind::attached);
    EXPECT_EQ(r.seen.events.back().kind, RawKind::detached);
    expect_orderly(r.seen.events);
  }
  EXPECT_GT(calls, 0u);
  target.finish();
  EXPECT_EQ(target.line(), "done");
  EXPECT_EQ(WEXITSTATUS(target.wait()), 5);
}

TEST(Attach, ToAllThreadsAndAway) {
  Spawned target({"thread_loop", "8"});
  ASSERT_EQ(target.line(), "ready");
  for (int i = 0; i < 10; i++) {
    Plan plan = attach_to(target);
    plan.follow_forks = true;
    plan.quiet_attach = false;
    Traced r;
    r.seen.stop_at_tick = 2;
    trace(r, plan);
    ASSERT_EQ(r.failure, "");
    EXPECT_EQ(r.seen.all(RawKind::attached).size(), 9u);
    EXPECT_EQ(r.seen.all(RawKind::detached).size(), 9u);
    ASSERT_EQ(r.told.lines.size(), 10u);
    EXPECT_EQ(r.told.lines[0], "Process " + std::to_string(number(target.tid())) + " attached with 9 threads");
    expect_orderly(r.seen.events);
  }
  target.finish();
  EXPECT_EQ(WEXITSTATUS(target.wait()), 5);
}

TEST(Attach, ToOneThreadOnly) {
  Spawned target({"thread_loop", "3"});
  ASSERT_EQ(target.line(), "ready");
  Traced r;
  r.seen.stop_at_tick = 2;
  trace(r, attach_to(target));
  EXPECT_EQ(r.seen.all(RawKind::attached).size(), 1u);
  EXPECT_TRUE(r.seen.calls(nr_personality).empty());
  target.finish();
  EXPECT_EQ(WEXITSTATUS(target.wait()), 5);
}

TEST(Attach, SleepingTargetSleepsOn) {
  Spawned target({"wait"});
  ASSERT_EQ(target.line(), "ready");
  Traced r;
  r.seen.stop_at_tick = 3;
  trace(r, attach_to(target));
  EXPECT_EQ(r.seen.calls(nr_read, RawKind::call_enter).size(), 1u);
  EXPECT_TRUE(r.seen.calls(nr_read).empty());
  usleep(20000);
  EXPECT_EQ(target.state(), 'S');
  target.finish();
  EXPECT_EQ(WEXITSTATUS(target.wait()), 5);
}

TEST(Attach, InterruptedSleepIsResumedAndNamed) {
  Spawned target({"nap"});
  ASSERT_EQ(target.line(), "ready");
  while (target.state() != 'S') usleep(1000);
  Traced r;
  trace(r, attach_to(target));
  ASSERT_EQ(r.seen.calls(nr_restart_syscall, RawKind::call_enter).size(), 1u);
  EXPECT_EQ(r.seen.calls(nr_restart_syscall, RawKind::call_enter)[0].resumes, nr_clock_nanosleep);
  EXPECT_EQ(r.seen.events.back().status, 5);
}

TEST(Attach, StoppedTargetStaysStopped) {
  Spawned target({"wait"});
  ASSERT_EQ(target.line(), "ready");
  kill(number(target.tid()), SIGSTOP);
  while (target.state() != 'T') usleep(1000);
  Traced r;
  r.seen.stop_at_tick = 3;
  trace(r, attach_to(target));
  ASSERT_EQ(r.seen.all(RawKind::group_stop).size(), 1u);
  EXPECT_EQ(r.seen.all(RawKind::group_stop)[0].status, SIGSTOP);
  usleep(20000);
  EXPECT_EQ(target.state(), 'T');
  kill(number(target.tid()), SIGCONT);
  target.finish();
  EXPECT_EQ(WEXITSTATUS(target.wait()), 5);
}

TEST(Attach, ToTheEnd) {
  Spawned target({"wait"});
  ASSERT_EQ(target.line(), "ready");
  Traced r;
  r.seen.hook = [&](const RawEvent& event, event::MemoryView&) {
    if (event.kind == RawKind::call_enter && event.number == nr_read) target.finish();
    return Verdict{};
  };
  trace(r, attach_to(target));
  EXPECT_EQ(r.seen.events.back().kind, RawKind::exited);
  EXPECT_EQ(r.seen.events.back().status, 5);
  EXPECT_EQ(r.ending.exit_status, 0);
}

TEST(Attach, VerdictLetsOneThreadGo) {
  Spawned target({"loop"});
  ASSERT_EQ(target.line(), "ready");
  Traced r;
  r.seen.hook = [&](const RawEvent& event, event::MemoryView&) { return Verdict{event.kind == RawKind::call_exit}; };
  trace(r, attach_to(target));
  EXPECT_EQ(r.seen.events.back().kind, RawKind::detached);
  EXPECT_EQ(r.seen.all(RawKind::call_exit).size(), 1u);
  target.finish();
  EXPECT_EQ(WEXITSTATUS(target.wait()), 5);
}

TEST(AttachFailures, NoSuchProcess) {
  Plan plan;
  plan.attach = {Tid{2147483647}};
  Traced r = trace(plan);
  EXPECT_EQ(r.failure, "failed");  // said already
  ASSERT_EQ(r.told.lines.size(), 1u);
  EXPECT_EQ(r.told.lines[0], "attach: ptrace(PTRACE_SEIZE, 2147483647): No such process");
}

TEST(AttachFailures, KernelThread) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  Plan plan;
  plan.attach = {Tid{2}};
  Traced r = trace(plan);
  if (r.told.contains("No such process")) GTEST_SKIP() << "no kernel threads in this pid namespace";
  ASSERT_EQ(r.told.lines.size(), 2u);
  EXPECT_EQ(r.told.lines[0], "attach: ptrace(PTRACE_SEIZE, 2): Operation not permitted");
  EXPECT_EQ(r.told.lines[1], "process 2 is a kernel thread, which cannot be traced");
}

TEST(AttachFailures, ZombieAndAlreadyTraced) {
  Spawned zombie({"exit", "0"});
  while (zombie.state() != 'Z') usleep(1000);
  Plan plan;
  plan.attach = {zombie.tid()};
  Traced r = trace(plan);
  EXPECT_TRUE(r.told.contains("has ended and waits for its parent")) << r.told.lines.at(0);

  Spawned target({"wait"});
  ASSERT_EQ(target.line(), "ready");
  Traced outer;
  outer.seen.stop_at_tick = 1;
  outer.seen.hook = [&](const RawEvent& event, event::MemoryView&) {
    if (event.kind != RawKind::attached) return Verdict{};
    pid_t pid = fork();
    if (pid == 0) {
      Plan second;
      second.attach = {target.tid()};
      Traced inner = trace(second);
      std::string expected = "Process " + std::to_string(number(target.tid())) + " is already being traced by pid " +
                             std::to_string(getppid());
      _exit(inner.told.contains(expected) ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
    return Verdict{};
  };
  trace(outer, attach_to(target));
}

}  // namespace
}  // namespace sysray::capture
