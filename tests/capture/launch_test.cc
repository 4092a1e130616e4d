// How programs are started, and how their end is passed on.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "harness.h"

namespace sysray::capture {
namespace {

TEST(Launch, FirstEventsAreThoseOfExecve) {
  Traced r = trace(launch_tracee({"exit", "0"}));
  ASSERT_GE(r.seen.events.size(), 5u);
  EXPECT_EQ(r.seen.events[0].kind, RawKind::attached);
  EXPECT_EQ(r.seen.events[1].kind, RawKind::call_enter);
  EXPECT_EQ(r.seen.events[1].number, nr_execve);
  EXPECT_EQ(r.seen.events[2].kind, RawKind::exec);
  EXPECT_EQ(r.seen.events[3].kind, RawKind::call_exit);
  EXPECT_EQ(r.seen.events[3].number, nr_execve);
  EXPECT_EQ(r.seen.events[3].result, 0);
  expect_orderly(r.seen.events);
}

TEST(Launch, EndsWithExitGroupAndExit) {
  Traced r = trace(launch_tracee({"exit", "42"}));
  EXPECT_EQ(r.ending.exit_status, 42);
  EXPECT_EQ(r.ending.fatal_signal, 0);
  ASSERT_GE(r.seen.events.size(), 3u);
  auto last = r.seen.events.end() - 3;
  EXPECT_EQ(last[0].kind, RawKind::call_enter);
  EXPECT_EQ(last[0].number, nr_exit_group);
  EXPECT_EQ(last[0].args[0], 42u);
  EXPECT_EQ(last[1].kind, RawKind::call_exit);
  EXPECT_FALSE(last[1].has_result);
  EXPECT_EQ(last[2].kind, RawKind::exited);
  EXPECT_EQ(last[2].status, 42);
}

TEST(Launch, FatalSignalIsPassedOn) {
  Traced r = trace(launch_tracee({"die", "15"}));
  EXPECT_EQ(r.ending.fatal_signal, SIGTERM);
  ASSERT_EQ(r.seen.all(RawKind::signal).size(), 1u);
  EXPECT_EQ(r.seen.all(RawKind::signal)[0].status, SIGTERM);
  EXPECT_EQ(r.seen.events.back().kind, RawKind::killed);
  EXPECT_EQ(r.seen.events.back().status, SIGTERM);
}

TEST(Launch, SiginfoIsTheKernels) {
  Traced r = trace(launch_tracee({"die", "10"}));
  ASSERT_EQ(r.seen.all(RawKind::signal).size(), 1u);
  RawEvent signal = r.seen.all(RawKind::signal)[0];
  ASSERT_TRUE(signal.siginfo_valid);
  siginfo_t info;
  memcpy(&info, signal.siginfo.data(), sizeof info);
  EXPECT_EQ(info.si_signo, SIGUSR1);
  EXPECT_EQ(info.si_code, SI_TKILL);
  EXPECT_EQ(info.si_pid, number(signal.tgid));
  EXPECT_NE(signal.instruction_pointer, 0u);
}

TEST(Launch, SignalsCanBeLeftOut) {
  Plan plan = launch_tracee({"die", "15"});
  plan.want_signals = false;
  Traced r = trace(plan);
  EXPECT_EQ(r.ending.fatal_signal, SIGTERM);
  EXPECT_TRUE(r.seen.all(RawKind::signal).empty());
}

TEST(Launch, UnknownProgram) {
  Plan plan;
  plan.launch.emplace();
  plan.launch->argv = {"no-such-program-anywhere"};
  EXPECT_EQ(trace(plan).failure, "Cannot find executable 'no-such-program-anywhere'");
  plan.launch->argv = {"/no/such/program"};
  EXPECT_EQ(trace(plan).failure, "Cannot stat '/no/such/program': No such file or directory");
}

TEST(Launch, FailedExecveIsShownAndSaid) {
  Plan plan;
  plan.launch.emplace();
  plan.launch->argv = {"/"};
  Traced r = trace(plan);
  ASSERT_EQ(r.seen.calls(nr_execve).size(), 1u);
  EXPECT_TRUE(r.seen.calls(nr_execve)[0].is_error);
  EXPECT_EQ(r.seen.calls(nr_execve)[0].result, -EACCES);
  ASSERT_EQ(r.told.lines.size(), 1u);
  EXPECT_EQ(r.told.lines[0], "exec: Permission denied");
  EXPECT_EQ(r.seen.events.size(), 4u);  // attached, enter, exit, exited: nothing of the child's own end
  EXPECT_EQ(r.ending.exit_status, 1);
}

TEST(Launch, EnvironmentEdits) {
  setenv("SYSRAY_TEST_OLD", "old", 1);
  setenv("SYSRAY_TEST_GONE", "gone", 1);
  Plan plan = launch_tracee({"environment", "SYSRAY_TEST_OLD", "SYSRAY_TEST_GONE", "SYSRAY_TEST_NEW", "HOME"});
  plan.launch->environment = {
      {"SYSRAY_TEST_OLD", "changed"}, {"SYSRAY_TEST_GONE", std::nullopt}, {"SYSRAY_TEST_NEW", "a=b"}};
  OutputToFile output;
  trace(plan);
  EXPECT_EQ(output.text().substr(0, output.text().find("HOME")),
            "SYSRAY_TEST_OLD=changed\nSYSRAY_TEST_GONE unset\nSYSRAY_TEST_NEW=a=b\n");
}

TEST(Launch, Argv0) {
  Plan plan = launch_tracee({"identity"});
  plan.launch->argv0 = "another";
  OutputToFile output;
  trace(plan);
  EXPECT_TRUE(output.text().starts_with("another ")) << output.text();
}

TEST(Launch, User) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  Plan plan = launch_tracee({"identity"});
  plan.launch->user = "65534:65533";
  {
    // Where the build folder can't be reached by another user, the program is a copy.
    std::string copy = testing::TempDir() + "sysray-tracee-copy";
    std::ofstream(copy, std::ios::binary) << std::ifstream(TRACEE, std::ios::binary).rdbuf();
    chmod(copy.c_str(), 0755);
    plan.launch->argv[0] = copy;
    OutputToFile output;
    Traced r = trace(plan);
    unlink(copy.c_str());
    EXPECT_EQ(r.failure, "");
    EXPECT_NE(output.text().find(" 65534:65533 "), std::string::npos) << output.text();
  }
  plan.launch->user = "no such user";
  EXPECT_EQ(trace(plan).failure, "Cannot find user 'no such user'");
  plan.launch->user = "1:x";
  EXPECT_EQ(trace(plan).failure, "Invalid UID:GID pair '1:x'");
}

// A daemon mode turns the calling process into the program.
class Daemon : public testing::TestWithParam<DaemonMode> {};

TEST_P(Daemon, ProgramIsTheChildOfTheCaller) {
  int results[2];
  ASSERT_EQ(pipe(results), 0);
  pid_t pid = fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    Plan plan = launch_tracee({"exit", "17"});
    plan.daemon = GetParam();
    Traced r = trace(plan);  // from here on in the tracer
    pid_t tracee = r.seen.events.empty() ? 0 : number(r.seen.events[0].tid);
    pid_t seen[] = {tracee, static_cast<pid_t>(r.seen.calls(nr_execve).size()), getpgid(0), getsid(0), getpid()};
    if (write(results[1], seen, sizeof seen) < 0) _exit(1);
    _exit(0);
  }
  close(results[1]);
  int status;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 17);
  pid_t seen[5] = {};
  ASSERT_EQ(read(results[0], seen, sizeof seen), static_cast<ssize_t>(sizeof seen));
  close(results[0]);
  EXPECT_EQ(seen[0], pid);
  EXPECT_EQ(seen[1], 1);
  EXPECT_EQ(seen[2] == seen[4], GetParam() != DaemonMode::grandchild);
  EXPECT_EQ(seen[3] == seen[4], GetParam() == DaemonMode::own_session);
}

INSTANTIATE_TEST_SUITE_P(Modes, Daemon,
                         testing::Values(DaemonMode::grandchild, DaemonMode::own_process_group,
                                         DaemonMode::own_session));

}  // namespace
}  // namespace sysray::capture
