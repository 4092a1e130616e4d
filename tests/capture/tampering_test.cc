// What verdicts of a consumer do to calls; each with PTRACE_GET_SYSCALL_INFO and PTRACE_SET_SYSCALL_INFO (which sysray
// finds out about), and with registers alone.
#include <errno.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <array>

#include "harness.h"

namespace sysray::capture {
namespace {

// Judges the calls of one number.
class Judge : public Collector {
 public:
  Verdict judge(const RawEvent& event, event::MemoryView&) override {
    asked++;
    if (event.number != number || (only_abi && event.abi != *only_abi)) return {};
    return {.detach = false, .intervention = &intervention};
  }
  u64 number = nr_personality;
  std::optional<Abi> only_abi;
  Intervention intervention;
  int asked = 0;
};

class Tampering : public testing::TestWithParam<bool> {
 protected:
  Ending run(std::vector<std::string> arguments, bool filtered = false) {
    Plan plan = launch_tracee(std::move(arguments));
    plan.syscall_info = GetParam();
    plan.tampers = true;
    if (filtered) {
      plan.allow_seccomp = plan.follow_forks = true;
      plan.calls = only({nr_personality});
    }
    auto source = ptrace::make_ptrace_source(std::move(plan), told_);
    if (!source) {
      ADD_FAILURE() << source.error().message();
      return {};
    }
    auto ending = (*source)->run(judge_);
    expect_orderly(judge_.events);
    return ending ? *ending : Ending{};
  }
  void make_up(s64 value, bool is_error) {
    judge_.intervention.result.emplace();
    judge_.intervention.result->value = value;
    judge_.intervention.result->is_error = is_error;
  }

  Judge judge_;
  Told told_;
};

TEST_P(Tampering, ResultsAreMadeUp) {
  for (bool filtered : {false, true}) {
    judge_.events.clear();
    make_up(-EBADF, true);
    run({"marks", "3"}, filtered);
    auto exits = judge_.calls(nr_personality);
    ASSERT_EQ(exits.size(), 3u);
    for (const RawEvent& exit : exits) {
      EXPECT_EQ(exit.result, -EBADF);
      EXPECT_TRUE(exit.is_error);
      EXPECT_TRUE(exit.tampering.result);
      EXPECT_FALSE(exit.tampering.args);
    }
  }
  EXPECT_GE(judge_.asked, 6);
}

TEST_P(Tampering, ResultsThatLookLikeErrorsAreNone) {
  make_up(-1, false);
  run({"marks", "1"});
  ASSERT_EQ(judge_.calls(nr_personality).size(), 1u);
  EXPECT_EQ(judge_.calls(nr_personality)[0].result, -1);
  EXPECT_FALSE(judge_.calls(nr_personality)[0].is_error);
}

TEST_P(Tampering, CallsByInt80) {
  judge_.number = 136;
  judge_.only_abi = Abi::i386;
  make_up(4711, false);
  run({"int80"});
  auto exits = judge_.calls(136);
  ASSERT_EQ(exits.size(), 1u);
  EXPECT_EQ(exits[0].abi, Abi::i386);
  EXPECT_EQ(exits[0].result, 4711);
  EXPECT_TRUE(exits[0].tampering.result);
}

TEST_P(Tampering, ACallOfTheSameAbiIsMadeInstead) {
  make_up(5, false);
  judge_.intervention.result->substitutes[0] = nr_getppid;
  run({"marks", "1"});
  ASSERT_EQ(judge_.calls(nr_personality).size(), 1u);
  EXPECT_EQ(judge_.calls(nr_personality)[0].result, 5);
  EXPECT_TRUE(judge_.calls(nr_getppid).empty());
}

// The program ends by exit_group: that fails, and what it then does ends it all the same.
TEST_P(Tampering, TheEndOfAProgramFails) {
  judge_.number = nr_exit_group;
  make_up(-ENOSYS, true);
  EXPECT_EQ(run({"exit", "3"}).exit_status, 3);
  EXPECT_EQ(judge_.calls(nr_exit_group)[0].result, -ENOSYS);
}

TEST_P(Tampering, SignalsComeFromTheKernel) {
  judge_.intervention.signal = SIGTERM;
  EXPECT_EQ(run({"marks", "2"}).fatal_signal, SIGTERM);
  ASSERT_EQ(judge_.all(RawKind::signal).size(), 1u);
  siginfo_t info;
  memcpy(&info, judge_.all(RawKind::signal)[0].siginfo.data(), sizeof info);
  EXPECT_EQ(info.si_code, SI_KERNEL);
  ASSERT_EQ(judge_.calls(nr_personality).size(), 1u);
  EXPECT_EQ(judge_.calls(nr_personality)[0].tampering.signal, SIGTERM);
}

TEST_P(Tampering, DelaysArePreciseAndNotShort) {
  constexpr Nanoseconds ms = 1'000'000;
  judge_.intervention.delay_enter = 4 * ms;
  judge_.intervention.delay_exit = 3 * ms;
  run({"marks", "20"});
  auto enters = judge_.calls(nr_personality, RawKind::call_enter);
  auto exits = judge_.calls(nr_personality);
  ASSERT_EQ(exits.size(), 20u);
  for (size_t i = 0; i < exits.size(); i++) {
    EXPECT_GE(exits[i].monotonic - enters[i].monotonic, 4 * ms);
    EXPECT_LT(exits[i].monotonic - enters[i].monotonic, 500 * ms);
    EXPECT_TRUE(i == 0 || enters[i].monotonic - exits[i - 1].monotonic >= 3 * ms) << i;
    EXPECT_TRUE(exits[i].tampering.delayed);
    EXPECT_EQ(exits[i].tampering.delay_enter, 4 * ms);
  }
}

// The argument of personality points nowhere.
TEST_P(Tampering, MemoryThatCannotBeWritten) {
  const std::array bytes{std::byte{1}, std::byte{2}};
  const Poke poke{0, bytes};
  judge_.intervention.poke_enter = {&poke, 1};
  run({"marks", "1"});
  EXPECT_TRUE(told_.contains("couldn't poke"));
  ASSERT_EQ(judge_.calls(nr_personality).size(), 1u);
  EXPECT_FALSE(judge_.calls(nr_personality)[0].tampering.any());
}

TEST_P(Tampering, WhatIsWrittenIsSeenAtOnce) {
  const std::array bytes{std::byte{'A'}, std::byte{'B'}};
  const Poke poke{1, bytes};
  judge_.number = nr_write;
  judge_.intervention.poke_enter = {&poke, 1};
  std::string seen;
  judge_.hook = [&](const RawEvent& event, event::MemoryView& memory) {
    char text[3] = {};
    if (event.number == nr_write && event.kind == RawKind::call_enter && memory.read({event.args[1]}, text, 2) == 2)
      seen += text;
    return Verdict{};
  };
  run({"half_mapped"});
  EXPECT_EQ(seen, "AB");
}

// Threads are let go while they are delayed, and in front of calls that shall not be made: those are made.
TEST_P(Tampering, TheRunEndsWithinADelay) {
  Spawned target({"loop"});
  ASSERT_EQ(target.line(), "ready");
  Plan plan;
  plan.attach = {target.tid()};
  plan.quiet_attach = true;
  plan.tampers = true;
  plan.syscall_info = GetParam();
  plan.tick = 50'000'000;
  judge_.stop_at_tick = 2;
  judge_.intervention.delay_enter = 3600'000'000'000;
  make_up(-EBADF, true);
  auto source = ptrace::make_ptrace_source(std::move(plan), told_);
  ASSERT_TRUE(source);
  ASSERT_TRUE((*source)->run(judge_));
  source = Error{};
  EXPECT_EQ(judge_.events.back().kind, RawKind::detached);
  target.finish();
  EXPECT_EQ(target.line(), "done");
  EXPECT_EQ(WEXITSTATUS(target.wait()), 5);
}

INSTANTIATE_TEST_SUITE_P(Writers, Tampering, testing::Values(true, false),
                         [](const auto& info) { return info.param ? "SyscallInfo" : "Registers"; });

}  // namespace
}  // namespace sysray::capture
