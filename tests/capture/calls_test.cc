// What a call's events say; every case with PTRACE_GET_SYSCALL_INFO and with registers alone.
#include <gtest/gtest.h>

#include "harness.h"

namespace sysray::capture {
namespace {

class Calls : public testing::TestWithParam<bool> {
 protected:
  Plan plan(std::vector<std::string> arguments) {
    Plan plan = launch_tracee(std::move(arguments));
    plan.syscall_info = GetParam();
    return plan;
  }
};

TEST_P(Calls, EnterAndExitAlternate) {
  Traced r = trace(plan({"marks", "3"}));
  expect_orderly(r.seen.events);
  ASSERT_EQ(r.seen.calls(nr_personality, RawKind::call_enter).size(), 3u);
  ASSERT_EQ(r.seen.calls(nr_personality).size(), 3u);
  RawEvent enter = r.seen.calls(nr_personality, RawKind::call_enter)[0];
  EXPECT_EQ(enter.abi, Abi::x86_64);
  EXPECT_EQ(enter.args[0], 0xffffffffu);
  EXPECT_NE(enter.instruction_pointer, 0u);
  EXPECT_NE(enter.stack_pointer, 0u);
  RawEvent exit = r.seen.calls(nr_personality)[0];
  EXPECT_EQ(exit.args, enter.args);
  EXPECT_FALSE(exit.is_error);
  EXPECT_TRUE(exit.has_result);
  EXPECT_GE(exit.monotonic, enter.monotonic);
  EXPECT_GT(enter.time, 1'600'000'000'000'000'000);
}

TEST_P(Calls, FilteredCallsAreNotDelivered) {
  Plan filtered = plan({"marks", "5"});
  filtered.calls = only({nr_personality});
  Traced r = trace(filtered);
  EXPECT_EQ(r.seen.calls(nr_personality).size(), 5u);
  EXPECT_EQ(r.seen.all(RawKind::call_enter).size(), 5u);
  EXPECT_EQ(r.seen.all(RawKind::call_exit).size(), 5u);
}

TEST_P(Calls, Int80IsAnI386Call) {
  Traced r = trace(plan({"int80"}));
  std::vector<RawEvent> calls;
  for (const RawEvent& event : r.seen.events)
    if (event.abi == Abi::i386) calls.push_back(event);
  ASSERT_EQ(calls.size(), 4u);
  EXPECT_EQ(calls[0].kind, RawKind::call_enter);
  EXPECT_EQ(calls[0].number, 200u);
  EXPECT_EQ(calls[1].kind, RawKind::call_exit);
  EXPECT_EQ(calls[2].number, 136u);
  EXPECT_EQ(calls[2].args[0], 0xffffffffu);
  EXPECT_EQ(calls[3].kind, RawKind::call_exit);
  EXPECT_FALSE(calls[3].is_error);
}

TEST_P(Calls, RestartCodesAreErrorsWithoutAResult) {
  Traced r = trace(plan({"interrupted"}));
  EXPECT_EQ(r.ending.exit_status, 0);
  bool interrupted_read = false, interrupted_sleep = false;
  for (const RawEvent& event : r.seen.events) {
    if (event.kind != RawKind::call_exit || event.has_result || !event.is_error) continue;
    interrupted_read |= event.number == nr_read && event.result == -512;
    interrupted_sleep |= event.number == nr_clock_nanosleep && event.result == -516;
  }
  EXPECT_TRUE(interrupted_read);
  EXPECT_TRUE(interrupted_sleep);
  ASSERT_EQ(r.seen.calls(nr_restart_syscall, RawKind::call_enter).size(), 1u);
  EXPECT_EQ(r.seen.calls(nr_restart_syscall, RawKind::call_enter)[0].resumes, nr_clock_nanosleep);
  expect_orderly(r.seen.events);
}

INSTANTIATE_TEST_SUITE_P(Readers, Calls, testing::Values(true, false),
                         [](const auto& info) { return info.param ? "SyscallInfo" : "Registers"; });

TEST(CallExtras, SystemTimeGrowsAndIsThatOfTheThread) {
  Plan plan = launch_tracee({"marks", "200"});
  plan.want_system_time = true;
  Traced r = trace(plan);
  Nanoseconds before = 0;
  for (const RawEvent& event : r.seen.all(RawKind::call_exit)) {
    EXPECT_GE(event.system_time, before);
    before = event.system_time;
  }
  EXPECT_GT(before, 0);
  EXPECT_LT(before, 2'000'000'000);
}

TEST(CallExtras, CommIsThatOfTheMoment) {
  Plan plan = launch_tracee({"exit", "0"});
  plan.want_comm = true;
  Traced r;
  std::vector<std::string> names;
  r.seen.hook = [&](const RawEvent& event, event::MemoryView&) {
    names.emplace_back(event.comm);
    return Verdict{};
  };
  trace(r, plan);
  ASSERT_GE(names.size(), 4u);
  EXPECT_EQ(names[1], "ptrace_test");
  EXPECT_EQ(names[3], "tracee");
  EXPECT_EQ(names.back(), "tracee");
}

}  // namespace
}  // namespace sysray::capture
