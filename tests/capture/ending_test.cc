// How tracing ends before its targets do: signals to the tracer, its death, and what becomes of tracees.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

namespace sysray::capture {
namespace {

// Traces in a process of its own, which says through a pipe that it is at it, and then goes on until it is stopped.
class TracerProcess {
 public:
  explicit TracerProcess(const Plan& plan) {
    int fds[2];
    if (pipe(fds) < 0) abort();
    pid_ = fork();
    if (pid_ == 0) {
      // Nothing that keeps another process's input open.
      for (int fd = 3; fd < 100; fd++)
        if (fd != fds[1]) close(fd);
      Traced r;
      bool said = false;
      r.seen.hook = [&](const RawEvent& event, event::MemoryView&) {
        pid_t tracee = number(event.tid);
        if (!said && event.kind == RawKind::call_enter && event.number == nr_personality)
          said = write(fds[1], &tracee, sizeof tracee) > 0;
        return Verdict{};
      };
      trace(r, plan);
      bool let_go = !r.seen.events.empty() && r.seen.events.back().kind == RawKind::detached;
      _exit(r.ending.fatal_signal ? 100 + r.ending.fatal_signal + 50 * let_go : r.ending.exit_status);
    }
    close(fds[1]);
    started_ = read(fds[0], &tracee_, sizeof tracee_) == static_cast<ssize_t>(sizeof tracee_);
    close(fds[0]);
  }
  bool started() const { return started_; }
  pid_t tracee() const { return tracee_; }
  void send(int signal) const { kill(pid_, signal); }
  int signal_and_wait(int signal) {
    send(signal);
    int status = -1;
    waitpid(pid_, &status, 0);
    return status;
  }

 private:
  pid_t pid_;
  pid_t tracee_ = 0;
  bool started_;
};

Plan attach_to(const Spawned& target) {
  Plan plan;
  plan.attach = {target.tid()};
  plan.quiet_attach = true;
  return plan;
}

bool exists(pid_t pid) { return kill(pid, 0) == 0; }

// Standard input of this process, for the programs that run until theirs ends, is a pipe while this lives.
class OpenInput {
 public:
  OpenInput() : saved_(dup(0)) {
    int fds[2];
    if (pipe(fds) < 0) abort();
    dup2(fds[0], 0);
    close(fds[0]);
    writer_.reset(fds[1]);
  }
  ~OpenInput() { dup2(saved_.get(), 0); }

 private:
  UniqueFd saved_;
  UniqueFd writer_;
};

class Interrupted : public testing::TestWithParam<int> {};

TEST_P(Interrupted, TargetsAreLetGoAndTheSignalIsPassedOn) {
  Spawned target({"loop"});
  ASSERT_EQ(target.line(), "ready");
  TracerProcess tracer(attach_to(target));
  ASSERT_TRUE(tracer.started());
  int status = tracer.signal_and_wait(GetParam());
  EXPECT_EQ(WEXITSTATUS(status), 150 + GetParam());
  target.finish();
  EXPECT_EQ(target.line(), "done");
  EXPECT_EQ(WEXITSTATUS(target.wait()), 5);
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupted, testing::Values(SIGHUP, SIGINT, SIGQUIT, SIGTERM));

TEST(Ending, InterruptKillsTheLaunchedProgram) {
  OpenInput input;
  TracerProcess tracer(launch_tracee({"loop"}));
  ASSERT_TRUE(tracer.started());
  EXPECT_EQ(WEXITSTATUS(tracer.signal_and_wait(SIGTERM)), 150 + SIGTERM);
  for (int i = 0; i < 200 && exists(tracer.tracee()); i++) usleep(10000);
  EXPECT_FALSE(exists(tracer.tracee()));
}

TEST(Ending, BrokenOutputInterrupts) {
  Spawned target({"loop"});
  ASSERT_EQ(target.line(), "ready");
  Traced r;
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  close(fds[0]);
  r.seen.hook = [&](const RawEvent&, event::MemoryView&) {
    EXPECT_LT(write(fds[1], "x", 1), 0);
    return Verdict{};
  };
  trace(r, attach_to(target));
  close(fds[1]);
  EXPECT_EQ(r.ending.fatal_signal, SIGPIPE);
  EXPECT_EQ(r.seen.events.back().kind, RawKind::detached);
  target.finish();
  EXPECT_EQ(WEXITSTATUS(target.wait()), 5);
}

TEST(Ending, NeverInterruptible) {
  Spawned target({"loop"});
  ASSERT_EQ(target.line(), "ready");
  Plan plan = attach_to(target);
  plan.interactive = InteractiveMode::never;
  TracerProcess tracer(plan);
  ASSERT_TRUE(tracer.started());
  for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE}) tracer.send(signal);
  usleep(30000);
  target.finish();
  int status = tracer.signal_and_wait(SIGTERM);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Ending, AnywhereLeavesSignalsToTheKernel) {
  Spawned target({"loop"});
  ASSERT_EQ(target.line(), "ready");
  Plan plan = attach_to(target);
  plan.interactive = InteractiveMode::anywhere;
  TracerProcess tracer(plan);
  ASSERT_TRUE(tracer.started());
  int status = tracer.signal_and_wait(SIGTERM);
  EXPECT_TRUE(WIFSIGNALED(status));
  target.finish();
  EXPECT_EQ(WEXITSTATUS(target.wait()), 5);
}

TEST(Ending, TraceesOutliveAKilledTracer) {
  Spawned target({"thread_loop", "4"});
  ASSERT_EQ(target.line(), "ready");
  Plan plan = attach_to(target);
  plan.follow_forks = true;
  TracerProcess tracer(plan);
  ASSERT_TRUE(tracer.started());
  EXPECT_TRUE(WIFSIGNALED(tracer.signal_and_wait(SIGKILL)));
  usleep(50000);
  target.finish();
  int status = target.wait();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 5);
}

TEST(Ending, KillOnExitTakesTraceesAlong) {
  for (int signal : {SIGKILL, SIGTERM}) {
    OpenInput input;
    Plan plan = launch_tracee({"loop"});
    plan.kill_on_exit = true;
    TracerProcess tracer(plan);
    ASSERT_TRUE(tracer.started());
    tracer.signal_and_wait(signal);
    for (int i = 0; i < 200 && exists(tracer.tracee()); i++) usleep(10000);
    EXPECT_FALSE(exists(tracer.tracee())) << signal;
  }
}

TEST(Ending, SignalsOfTheProcessAreAsBefore) {
  sigset_t before, after;
  sigprocmask(SIG_SETMASK, nullptr, &before);
  signal(SIGTSTP, SIG_DFL);
  Plan plan = launch_tracee({"exit", "0"});
  plan.interactive = InteractiveMode::never_tstp;
  trace(plan);
  sigprocmask(SIG_SETMASK, nullptr, &after);
  for (int i = 1; i < 64; i++) EXPECT_EQ(sigismember(&before, i), sigismember(&after, i)) << i;
  struct sigaction action;
  for (int i : {SIGINT, SIGTERM, SIGTSTP, SIGTTIN, SIGCHLD}) {
    sigaction(i, nullptr, &action);
    EXPECT_EQ(action.sa_handler, SIG_DFL) << i;
  }
}

TEST(Ending, ChildrenOfOthersAreNamed) {
  pid_t foreign = fork();
  if (foreign == 0) _exit(0);
  for (bool follow : {false, true}) {
    Plan plan = launch_tracee({"interrupted"});
    plan.follow_forks = follow;
    Traced r = trace(plan);
    EXPECT_EQ(r.told.contains("Exit of unknown pid " + std::to_string(foreign) + " ignored"), true);
    foreign = fork();
    if (foreign == 0) _exit(0);
  }
  waitpid(foreign, nullptr, 0);
}

}  // namespace
}  // namespace sysray::capture
