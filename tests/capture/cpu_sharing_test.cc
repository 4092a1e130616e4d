// A lone thread's CPU is shared while it stops again and again: by the tracer's own policy and place, never the
// tracee's.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "harness.h"

namespace sysray::capture {
namespace {

int policy_of(s32 tid) { return sched_getscheduler(tid); }

cpu_set_t cpus_of(s32 tid) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  sched_getaffinity(tid, sizeof cpus, &cpus);
  return cpus;
}

// Leaving SCHED_IDLE is a privilege (sched(7)).
bool may_share() {
  const cpu_set_t cpus = cpus_of(0);
  bool back = false;
  std::thread([&back] {
    const sched_param none{};
    back = sched_setscheduler(0, SCHED_IDLE, &none) == 0 && sched_setscheduler(0, SCHED_OTHER, &none) == 0;
  }).join();
  return back && CPU_COUNT(&cpus) > 1 && policy_of(0) == SCHED_OTHER;
}

struct Seen {
  int shared = 0, calls = 0, changed_tracees = 0;
};

// Traces a thread that calls getppid() over and over, until the policy was seen often, or the time is over.
Seen watch(Traced& traced, int enough) {
  Seen seen;
  const cpu_set_t own = cpus_of(0);
  traced.seen.hook = [&](const RawEvent& event, event::MemoryView&) {
    seen.calls++;
    if (policy_of(0) == SCHED_IDLE) seen.shared++;
    const cpu_set_t cpus = cpus_of(number(event.tid));
    if (policy_of(number(event.tid)) != SCHED_OTHER || !CPU_EQUAL(&own, &cpus)) seen.changed_tracees++;
    if (seen.shared >= enough) traced.seen.stop = true;
    traced.seen.events.clear();
    return Verdict{};
  };
  Spawned tracee({"loop"});
  tracee.line();
  Plan plan;
  plan.attach = {tracee.tid()};
  plan.quiet_attach = true;
  plan.tick = 100'000'000;
  traced.seen.stop_at_tick = 100;  // 10 s
  trace(traced, plan);
  return seen;
}

TEST(CpuSharing, LastsNoLongerThanTheThreadStops) {
  if (!may_share()) GTEST_SKIP() << "needs CAP_SYS_NICE and two CPUs";
  Traced traced;
  const Seen seen = watch(traced, 100);
  EXPECT_EQ(traced.failure, "");
  EXPECT_GE(seen.shared, 100) << "of " << seen.calls;
  EXPECT_EQ(seen.changed_tracees, 0);
  EXPECT_EQ(policy_of(0), SCHED_OTHER);
  const cpu_set_t cpus = cpus_of(0);
  EXPECT_GT(CPU_COUNT(&cpus), 1);
}

TEST(CpuSharing, IsLeftAloneWithAPolicyOfTheUsersChoice) {
  if (!may_share()) GTEST_SKIP() << "needs CAP_SYS_NICE and two CPUs";
  const sched_param none{};
  ASSERT_EQ(sched_setscheduler(0, SCHED_BATCH, &none), 0);
  Traced traced;
  Seen seen;
  traced.seen.hook = [&](const RawEvent&, event::MemoryView&) {
    seen.calls++;
    if (policy_of(0) != SCHED_BATCH) seen.shared++;
    return Verdict{};
  };
  trace(traced, launch_tracee({"marks", "200"}));
  EXPECT_EQ(policy_of(0), SCHED_BATCH);
  ASSERT_EQ(sched_setscheduler(0, SCHED_OTHER, &none), 0);
  EXPECT_GT(seen.calls, 0);
  EXPECT_EQ(seen.shared, 0);
}

}  // namespace
}  // namespace sysray::capture
