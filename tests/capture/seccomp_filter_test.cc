// The seccomp filter: the program itself, and that it loses nothing.
#include "capture/ptrace/seccomp_filter.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <random>

#include "abi/registers.h"
#include "harness.h"

namespace sysray::capture {
namespace {

// What the kernel would do with the program.
u32 interpret(const std::vector<sock_filter>& program, u32 arch, u32 number) {
  u32 a = 0;
  for (size_t at = 0; at < program.size(); at++) {
    const sock_filter& i = program[at];
    switch (i.code) {
      case BPF_LD | BPF_W | BPF_ABS: a = i.k == offsetof(seccomp_data, nr) ? number : arch; break;
      case BPF_JMP | BPF_JA: at += i.k; break;
      case BPF_JMP | BPF_JEQ | BPF_K: at += a == i.k ? i.jt : i.jf; break;
      case BPF_JMP | BPF_JGE | BPF_K: at += a >= i.k ? i.jt : i.jf; break;
      case BPF_RET | BPF_K: return i.k;
      default: ADD_FAILURE() << "instruction " << i.code; return 0;
    }
  }
  ADD_FAILURE() << "no return";
  return 0;
}

void expect_exact(const SyscallSet& calls, bool may_trace_more = false) {
  std::vector<sock_filter> program = ptrace::seccomp_filter(calls);
  ASSERT_LE(program.size(), static_cast<size_t>(BPF_MAXINSNS));
  for (Abi abi : {Abi::x86_64, Abi::i386, Abi::x32}) {
    u32 base = abi == Abi::x32 ? static_cast<u32>(abi::x32_bit) : 0;
    for (u32 number = 0; number < 1100; number++) {
      u32 action = interpret(program, abi::audit_arch(abi), base + number);
      bool wanted = calls.contains(abi, number);
      if (may_trace_more && !wanted) continue;
      ASSERT_EQ(action, wanted ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW) << static_cast<int>(abi) << " " << number;
    }
    EXPECT_EQ(interpret(program, abi::audit_arch(abi), ~0u), SECCOMP_RET_TRACE);
  }
  EXPECT_EQ(interpret(program, AUDIT_ARCH_AARCH64, 1), SECCOMP_RET_TRACE);
}

TEST(SeccompFilter, SmallSets) {
  expect_exact(only({}));
  expect_exact(only({0}));
  expect_exact(only({1023}));
  expect_exact(only({0, 1, 2, 59, 231, 435}));
}

TEST(SeccompFilter, EachAbiHasItsOwnSet) {
  SyscallSet calls = only({});
  calls.calls[0][3] = calls.calls[1][200] = calls.calls[2][520] = true;
  expect_exact(calls);
}

TEST(SeccompFilter, RandomSets) {
  std::mt19937 random(7);
  for (int percent : {1, 10, 50, 90, 99}) {
    SyscallSet calls = only({});
    for (auto& set : calls.calls)
      for (size_t number = 0; number < 500; number++) set[number] = static_cast<int>(random() % 100) < percent;
    expect_exact(calls);
  }
}

TEST(SeccompFilter, TheWorstSetStillFits) {
  SyscallSet calls = only({});
  for (auto& set : calls.calls)
    for (size_t number = 0; number < SyscallSet::size; number += 2) set[number] = true;
  expect_exact(calls, true);
}

Plan storm(bool filter) {
  Plan plan = launch_tracee({"fork_storm", "100"});
  plan.follow_forks = true;
  plan.calls = only({nr_personality, nr_execve, nr_exit_group});
  plan.allow_seccomp = filter;
  plan.debug = true;
  return plan;
}

TEST(SeccompFilter, SeesWhatTheUnfilteredRunSees) {
  Traced with = trace(storm(true)), without = trace(storm(false));
  if (!with.told.contains("seccomp filter enabled")) GTEST_SKIP() << "no seccomp filters here";
  EXPECT_EQ(with.ending.exit_status, 0);
  expect_orderly(with.seen.events);
  for (u64 number : {nr_personality, nr_execve, nr_exit_group}) {
    EXPECT_EQ(with.seen.calls(number).size(), without.seen.calls(number).size()) << number;
    EXPECT_EQ(with.seen.calls(number, RawKind::call_enter).size(),
              without.seen.calls(number, RawKind::call_enter).size());
  }
  EXPECT_EQ(with.seen.all(RawKind::attached).size(), without.seen.all(RawKind::attached).size());
  EXPECT_EQ(with.seen.all(RawKind::exited).size(), without.seen.all(RawKind::exited).size());
}

TEST(SeccompFilter, ArgumentsAndResultsAreThere) {
  Plan plan = storm(true);
  plan.launch->argv = {TRACEE, "interrupted"};
  plan.calls = only({nr_read, nr_clock_nanosleep, nr_restart_syscall});
  Traced r = trace(plan);
  EXPECT_EQ(r.ending.exit_status, 0);
  expect_orderly(r.seen.events);
  bool found = false;
  for (const RawEvent& event : r.seen.calls(nr_read)) found |= event.result == -512 && event.args[2] == 1;
  EXPECT_TRUE(found);
}

TEST(SeccompFilter, Int80IsCaught) {
  Plan plan = storm(true);
  plan.launch->argv = {TRACEE, "int80"};
  plan.calls = only({});
  plan.calls.calls[static_cast<size_t>(Abi::i386)][200] = true;
  Traced r = trace(plan);
  ASSERT_EQ(r.seen.all(RawKind::call_enter).size(), 1u);
  EXPECT_EQ(r.seen.all(RawKind::call_enter)[0].abi, Abi::i386);
  EXPECT_EQ(r.seen.all(RawKind::call_exit).size(), 1u);
}

TEST(SeccompFilter, IsNotUsedWhereAThreadCouldEscape) {
  for (int i = 0; i < 3; i++) {
    Plan plan = storm(true);
    plan.launch->argv = {TRACEE, "marks", "2"};
    if (i == 0) plan.follow_forks = false;
    if (i == 1) plan.detach_on_exec = true;
    if (i == 2) plan.calls = SyscallSet{};
    Traced r = trace(plan);
    EXPECT_FALSE(r.told.contains("seccomp filter enabled")) << i;
    EXPECT_EQ(r.seen.calls(nr_personality).size(), 2u);
  }
}

}  // namespace
}  // namespace sysray::capture
