// Lines of the text: expectations are strace 7.2's for the same events.
#include "sink/text_sink.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "values.h"

namespace sysray::sink {
namespace {

using test::Event;
using test::EventKind;
using test::Maker;
using test::MemoryOutputs;
using test::Value;

constexpr Nanoseconds us = 1000;
constexpr Nanoseconds ms = 1000 * us;

class TextSinkTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
  }
  // Feeds the events to a new sink; the text of all of them.
  std::string run(std::vector<Event> events, bool per_thread = false) {
    outputs = std::make_unique<MemoryOutputs>(per_thread);
    TextSink sink(options, *outputs);
    for (const Event& event : events) sink.on_event(event);
    sink.finish();
    return outputs->text();
  }
  static std::vector<Event> both(const Event& call, size_t ready) { return {Maker::start_of(call, ready), call}; }

  Event read_call(s32 tid = 100) {
    return make.call("read", {make.fd(3), make.string("abc"), make.number(100)}, make.signed_number(3, 8), tid);
  }
  Event nanosleep(s32 tid = 100) {
    const Value time = make.structure({make.named("tv_sec", make.number(10)), make.named("tv_nsec", make.number(0))});
    return make.call("nanosleep", {time, make.address(0)}, make.number(0), tid);
  }
  Event getppid(s32 tid = 100) { return make.call("getppid", {}, make.pid(1), tid); }
  Event exit_group(s32 tid = 100) {
    Event e = make.call("exit_group", {make.number(0)}, {}, tid);
    e.has_result = false;
    return e;
  }
  Event execve(s32 tid) {
    return make.call("execve", {make.string("/x"), make.array({make.string("x")}), make.address(0)}, make.number(0),
                     tid);
  }
  static Event superseded(s32 leader, s32 by) {
    Event e = Maker::plain(EventKind::superseded, leader);
    e.other = Tid{by};
    return e;
  }
  static Event attached(s32 tid, s32 creator = 0) {
    Event e = Maker::plain(EventKind::attached, tid);
    e.other = Tid{creator};
    return e;
  }
  Event signal(s32 tid = 100) {
    Event e = Maker::plain(EventKind::signal, tid);
    e.signal_name = "SIGUSR1";
    e.args = make.list({make.structure({make.named("si_signo", make.signal(10, "SIGUSR1"))})});
    return e;
  }

  TextOptions options;
  Maker make;
  std::unique_ptr<MemoryOutputs> outputs;
};

TEST_F(TextSinkTest, ResultsAreAligned) {
  EXPECT_EQ(run(both(make.call("close", {make.fd(3)}, make.number(0)), 1)),
            "close(3)                                = 0\n");
  options.align_column = 10;
  EXPECT_EQ(run(both(make.call("close", {make.fd(3)}, make.number(0)), 1)), "close(3)  = 0\n");
  EXPECT_EQ(run(both(make.call("close", {make.fd(33)}, make.number(0)), 1)), "close(33) = 0\n");
  EXPECT_EQ(run(both(make.call("close", {make.fd(333)}, make.number(0)), 1)), "close(333) = 0\n");
  options.align_column = 0;
  EXPECT_EQ(run(both(make.call("close", {make.fd(3)}, make.number(0)), 1)), "close(3) = 0\n");
}

TEST_F(TextSinkTest, ACallKnownOnlyAtItsEnd) {
  options.align_column = 0;
  EXPECT_EQ(run({read_call()}), "read(3, \"abc\", 100) = 3\n");
}

TEST_F(TextSinkTest, WhatIsKnownShowsAtOnce) {
  options.align_column = 0;
  outputs = std::make_unique<MemoryOutputs>();
  TextSink sink(options, *outputs);
  sink.on_event(Maker::start_of(read_call(), 1));
  EXPECT_EQ(outputs->text(), "");
  sink.flush();
  EXPECT_EQ(outputs->text(), "read(3");
  EXPECT_EQ(outputs->outputs[0].flushes, 1);
  sink.on_event(read_call());
  EXPECT_EQ(outputs->text(), "read(3, \"abc\", 100) = 3\n");
}

TEST_F(TextSinkTest, AlignmentCountsWhatWasFlushed) {
  outputs = std::make_unique<MemoryOutputs>();
  TextSink sink(options, *outputs);
  sink.on_event(Maker::start_of(read_call(), 1));
  sink.flush();
  sink.on_event(read_call());
  sink.on_event(getppid());
  EXPECT_EQ(outputs->text(),
            "read(3, \"abc\", 100)                     = 3\n"
            "getppid()                               = 1\n");
}

TEST_F(TextSinkTest, Errors) {
  options.align_column = 0;
  const auto failed = [&](u16 error, const char* name, const char* text) {
    return run({make.failed_call("close", {make.fd(3)}, error, name, text)});
  };
  EXPECT_EQ(failed(2, "ENOENT", "No such file or directory"), "close(3) = -1 ENOENT (No such file or directory)\n");
  EXPECT_EQ(failed(4095, nullptr, nullptr), "close(3) = -1 (errno 4095)\n");
  EXPECT_EQ(failed(512, "ERESTARTSYS", "To be restarted if SA_RESTART is set"),
            "close(3) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)\n");
  EXPECT_EQ(failed(513, "ERESTARTNOINTR", "To be restarted"), "close(3) = ? ERESTARTNOINTR (To be restarted)\n");
  EXPECT_EQ(failed(514, "ERESTARTNOHAND", "To be restarted if no handler"),
            "close(3) = ? ERESTARTNOHAND (To be restarted if no handler)\n");
  EXPECT_EQ(failed(516, "ERESTART_RESTARTBLOCK", "Interrupted by signal"),
            "close(3) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)\n");
  EXPECT_EQ(failed(515, "ENOIOCTLCMD", "Unknown error 515"), "close(3) = -1 ENOIOCTLCMD (Unknown error 515)\n");
}

TEST_F(TextSinkTest, NotesTamperingAndDuration) {
  options.align_column = 0;
  options.duration = true;
  Event poll = make.call("poll", {make.address(0), make.number(0), make.signed_number(-1)}, make.number(0));
  const auto notes = make.list({make.literal("in [3]"), make.literal("left {tv_sec=0, tv_nsec=1}")});
  poll.notes = notes;
  poll.tampering.result = true;
  poll.tampering.delayed = true;
  poll.duration = 1 * ms + 12 * us + 999;
  EXPECT_EQ(run({poll}),
            "poll(NULL, 0, -1) = 0 (in [3], left {tv_sec=0, tv_nsec=1}) (INJECTED) (DELAYED) <0.001012>\n");
  poll.notes = {};
  poll.tampering = {.args = true, .result = true, .delayed = true};
  options.duration_precision = Precision::ns;
  EXPECT_EQ(run({poll}), "poll(NULL, 0, -1) = 0 (INJECTED: args, retval) (DELAYED) <0.001012999>\n");
  poll.tampering = {};
  options.duration_precision = Precision::s;
  EXPECT_EQ(run({poll}), "poll(NULL, 0, -1) = 0 <0>\n");
}

TEST_F(TextSinkTest, AnotherThreadSplitsTheLine) {
  options.pid_prefix = PidPrefix::always;
  EXPECT_EQ(
      run({Maker::start_of(read_call(8175), 1), Maker::start_of(getppid(8176), 0), getppid(8176), read_call(8175)}),
      "8175  read(3 <unfinished ...>\n"
      "8176  getppid()                         = 1\n"
      "8175  <... read resumed>, \"abc\", 100)   = 3\n");
}

TEST_F(TextSinkTest, SplitBeforeTheFirstArgument) {
  options.align_column = 0;
  const Event wait =
      make.call("wait4", {make.pid(-1), make.address(0), make.number(0), make.address(0)}, make.pid(7), 1);
  EXPECT_EQ(
      run({Maker::start_of(wait, 0), getppid(2), wait}),
      "wait4( <unfinished ...>\n[pid     2] getppid() = 1\n[pid     1] <... wait4 resumed>-1, NULL, 0, NULL) = 7\n");
}

TEST_F(TextSinkTest, PidPrefixOnceThereAreSeveralThreads) {
  options.align_column = 0;
  EXPECT_EQ(run({attached(8285), getppid(8285), attached(8286, 8285), getppid(8285), getppid(8286),
                 Maker::exited(0, 8286), getppid(8285), Maker::exited(3, 8285)}),
            "getppid() = 1\n"
            "[pid  8285] getppid() = 1\n"
            "[pid  8286] getppid() = 1\n"
            "[pid  8286] +++ exited with 0 +++\n"
            "getppid() = 1\n"
            "+++ exited with 3 +++\n");
}

TEST_F(TextSinkTest, CommandNames) {
  options.align_column = 0;
  options.command_names = true;
  options.pid_prefix = PidPrefix::always;
  Event call = getppid(8573);
  call.comm = "a<b\"";
  EXPECT_EQ(run({call}), "8573<a\\74b\\\"> getppid() = 1\n");
  options.pid_prefix = PidPrefix::automatic;
  EXPECT_EQ(run({attached(1), call}), "[pid  8573<a\\74b\\\">] getppid() = 1\n");
}

TEST_F(TextSinkTest, KilledInACall) {
  options.align_column = 0;
  EXPECT_EQ(run({Maker::start_of(nanosleep(), 1), Maker::killed("SIGKILL")}),
            "nanosleep({tv_sec=10, tv_nsec=0} <unfinished ...>) = ?\n+++ killed by SIGKILL +++\n");
  // Everything was known at the begin.
  EXPECT_EQ(run({Maker::start_of(nanosleep(), 2), Maker::killed("SIGKILL")}),
            "nanosleep({tv_sec=10, tv_nsec=0}, NULL) = ?\n+++ killed by SIGKILL +++\n");
  // All arguments were known, but not what is told behind the result.
  Event poll = Maker::start_of(make.call("poll", {make.address(0)}, {}), 1);
  poll.awaits_exit = true;
  EXPECT_EQ(run({poll, Maker::killed("SIGKILL")}), "poll(NULL <unfinished ...>) = ?\n+++ killed by SIGKILL +++\n");
}

TEST_F(TextSinkTest, CoreDumped) {
  Event killed = Maker::killed("SIGSEGV");
  killed.core_dumped = true;
  EXPECT_EQ(run({killed}), "+++ killed by SIGSEGV (core dumped) +++\n");
}

TEST_F(TextSinkTest, ExitOfAProcessWithAThreadInACall) {
  options.pid_prefix = PidPrefix::always;
  Event lost = nanosleep(8250);
  lost.has_result = false;
  EXPECT_EQ(run({Maker::start_of(nanosleep(8250), 1), Maker::start_of(exit_group(8251), 1), lost, exit_group(8251),
                 Maker::exited(0, 8251), Maker::exited(0, 8250)}),
            "8250  nanosleep({tv_sec=10, tv_nsec=0} <unfinished ...>\n"
            "8251  exit_group(0 <unfinished ...>\n"
            "8250  <... nanosleep resumed> <unfinished ...>) = ?\n"
            "8251  <... exit_group resumed>)         = ?\n"
            "8251  +++ exited with 0 +++\n"
            "8250  +++ exited with 0 +++\n");
}

TEST_F(TextSinkTest, ExitWithoutTheEndOfItsCall) {
  EXPECT_EQ(run({Maker::start_of(exit_group(), 1), Maker::exited(0)}),
            "exit_group(0)                           = ?\n+++ exited with 0 +++\n");
}

TEST_F(TextSinkTest, QuietExit) {
  options.exit_notes = false;
  EXPECT_EQ(run({Maker::exited(0), Maker::killed("SIGKILL", 2)}), "+++ killed by SIGKILL +++\n");
}

TEST_F(TextSinkTest, SignalsAndStops) {
  Event stop = Maker::plain(EventKind::group_stop);
  stop.signal_name = "SIGSTOP";
  Event bare = signal();
  bare.args = {};
  EXPECT_EQ(run({signal(), bare, stop}),
            "--- SIGUSR1 {si_signo=SIGUSR1} ---\n--- SIGUSR1 ---\n--- stopped by SIGSTOP ---\n");
  options.xlat = XlatStyle::verbose;
  EXPECT_EQ(run({signal()}), "--- SIGUSR1 {si_signo=10 /* SIGUSR1 */} ---\n");
}

TEST_F(TextSinkTest, LossesAreToldInTheirPlace) {
  Event lost = Maker::plain(EventKind::lost, 7);
  lost.status = 12;
  Event one = Maker::plain(EventKind::lost, 8);
  one.status = 1;
  options.pid_prefix = PidPrefix::always;
  EXPECT_EQ(run({lost, Maker::start_of(nanosleep(7), 1), one}),
            "7     +++ 12 events lost +++\n"
            "7     nanosleep({tv_sec=10, tv_nsec=0} <unfinished ...>\n"
            "8     +++ 1 event lost +++\n");
}

TEST_F(TextSinkTest, DetachedInACall) {
  options.pid_prefix = PidPrefix::always;
  EXPECT_EQ(run({Maker::start_of(nanosleep(12243), 1), Maker::start_of(nanosleep(12242), 1),
                 Maker::plain(EventKind::detached, 12243), Maker::plain(EventKind::detached, 12242)}),
            "12243 nanosleep({tv_sec=10, tv_nsec=0} <unfinished ...>\n"
            "12242 nanosleep({tv_sec=10, tv_nsec=0} <detached ...>\n");
}

TEST_F(TextSinkTest, TracingBeganWithinTheCall) {
  options.align_column = 0;
  Event call = read_call();
  call.start_seen = false;
  EXPECT_EQ(run({call, getppid()}), "<... read resumed>) = 3\ngetppid() = 1\n");
}

// The leader has exited; the thread that calls execve takes its id.
TEST_F(TextSinkTest, ExecveOfAThread) {
  options.pid_prefix = PidPrefix::always;
  options.align_column = 0;
  const std::vector<Event> events = {attached(9070),         attached(9071, 9070), Maker::start_of(execve(9071), 3),
                                     superseded(9070, 9071), execve(9070),         Maker::exited(0, 9070)};
  EXPECT_EQ(run(events),
            "9071  execve(\"/x\", [\"x\"], NULL <pid changed to 9070 ...>\n"
            "9070  +++ superseded by execve in pid 9071 +++\n"
            "9070  <... execve resumed>) = 0\n"
            "9070  +++ exited with 0 +++\n");
  options.superseded_notes = false;
  EXPECT_EQ(run(events),
            "9071  execve(\"/x\", [\"x\"], NULL <pid changed to 9070 ...>\n"
            "9070  <... execve resumed>) = 0\n"
            "9070  +++ exited with 0 +++\n");
}

TEST_F(TextSinkTest, ExecveOfAThreadWhileTheLeaderIsInACall) {
  options.pid_prefix = PidPrefix::always;
  options.align_column = 0;
  const Event sigsuspend = make.call("rt_sigsuspend", {make.array({}), make.number(8)}, {}, 9070);
  EXPECT_EQ(
      run({Maker::start_of(sigsuspend, 2), Maker::start_of(execve(9072), 3), superseded(9070, 9072), execve(9070)}),
      "9070  rt_sigsuspend([], 8 <unfinished ...>\n"
      "9072  execve(\"/x\", [\"x\"], NULL <unfinished ...>\n"
      "9070  <... rt_sigsuspend resumed>) = ?\n"
      "9070  +++ superseded by execve in pid 9072 +++\n"
      "9070  <... execve resumed>) = 0\n");
  EXPECT_EQ(run({Maker::start_of(nanosleep(9070), 1), Maker::start_of(execve(9073), 3), superseded(9070, 9073),
                 execve(9070)}),
            "9070  nanosleep({tv_sec=10, tv_nsec=0} <unfinished ...>\n"
            "9073  execve(\"/x\", [\"x\"], NULL <unfinished ...>\n"
            "9070  <... nanosleep resumed> <unfinished ...>) = ?\n"
            "9070  +++ superseded by execve in pid 9073 +++\n"
            "9070  <... execve resumed>) = 0\n");
}

TEST_F(TextSinkTest, ExecveOfAThreadOnATerminal) {
  options.align_column = 0;
  EXPECT_EQ(run({attached(9085), attached(9087, 9085), Maker::start_of(nanosleep(9085), 2),
                 Maker::start_of(execve(9087), 3), superseded(9085, 9087), execve(9085)}),
            "[pid  9085] nanosleep({tv_sec=10, tv_nsec=0}, NULL <unfinished ...>\n"
            "[pid  9087] execve(\"/x\", [\"x\"], NULL <unfinished ...>\n"
            "[pid  9085] <... nanosleep resumed>) = ?\n"
            "+++ superseded by execve in pid 9087 +++\n"
            "<... execve resumed>) = 0\n");
}

TEST_F(TextSinkTest, AnOutputForEachThread) {
  options.align_column = 0;
  run({attached(1), attached(2, 1), Maker::start_of(nanosleep(1), 1), getppid(2), Maker::start_of(execve(2), 3),
       superseded(1, 2), execve(1), Maker::exited(0, 1)},
      true);
  EXPECT_EQ(outputs->text(1),
            "nanosleep({tv_sec=10, tv_nsec=0} <unfinished ...>) = ?\n"
            "+++ superseded by execve in pid 2 +++\n"
            "<... execve resumed>) = 0\n"
            "+++ exited with 0 +++\n");
  EXPECT_EQ(outputs->text(2),
            "getppid() = 1\n"
            "execve(\"/x\", [\"x\"], NULL <pid changed to 1 ...>\n");
  EXPECT_EQ(outputs->ended, (std::vector<s32>{2, 1}));
}

TEST_F(TextSinkTest, StatusFilters) {
  options.align_column = 0;
  options.pid_prefix = PidPrefix::always;
  const Event failed = make.failed_call("close", {make.fd(3)}, 9, "EBADF", "Bad file descriptor");
  const std::vector<Event> events = {Maker::start_of(getppid(), 0),
                                     getppid(),
                                     Maker::start_of(failed, 1),
                                     failed,
                                     Maker::start_of(execve(9), 3),
                                     signal(),
                                     Maker::start_of(nanosleep(), 1),
                                     superseded(100, 9),
                                     execve(100),
                                     Maker::start_of(nanosleep(7), 1),
                                     Maker::plain(EventKind::detached, 7),
                                     Maker::exited(0)};
  const auto with = [&](std::initializer_list<Status> statuses) {
    options.status_mask = 0;
    for (const Status status : statuses) options.status_mask |= static_cast<u16>(1u << static_cast<unsigned>(status));
    return run(events);
  };
  EXPECT_EQ(
      with({Status::successful}),
      "100   getppid() = 1\n100   --- SIGUSR1 {si_signo=SIGUSR1} ---\n"
      "100   +++ superseded by execve in pid 9 +++\n100   <... execve resumed>) = 0\n100   +++ exited with 0 +++\n");
  EXPECT_EQ(with({Status::failed}),
            "100   close(3) = -1 EBADF (Bad file descriptor)\n100   --- SIGUSR1 {si_signo=SIGUSR1} ---\n"
            "100   +++ superseded by execve in pid 9 +++\n100   +++ exited with 0 +++\n");
  EXPECT_EQ(with({Status::unfinished}),
            "100   --- SIGUSR1 {si_signo=SIGUSR1} ---\n100   nanosleep({tv_sec=10, tv_nsec=0} <unfinished ...>) = ?\n"
            "100   +++ superseded by execve in pid 9 +++\n100   +++ exited with 0 +++\n");
  EXPECT_EQ(with({Status::detached}),
            "100   --- SIGUSR1 {si_signo=SIGUSR1} ---\n9     execve(\"/x\", [\"x\"], NULL <pid changed to 100 ...>\n"
            "100   +++ superseded by execve in pid 9 +++\n7     nanosleep({tv_sec=10, tv_nsec=0} <detached ...>\n"
            "100   +++ exited with 0 +++\n");
  EXPECT_EQ(with({}),
            "100   --- SIGUSR1 {si_signo=SIGUSR1} ---\n100   +++ superseded by execve in pid 9 +++\n"
            "100   +++ exited with 0 +++\n");
  options.status_mask = 0xffff;
  options.failed_only = true;
  EXPECT_EQ(run({Maker::start_of(getppid(), 0), getppid(), failed}),
            "100   close(3) = -1 EBADF (Bad file descriptor)\n");
  options.failed_only = false;
  options.successful_only = true;
  EXPECT_EQ(run({Maker::start_of(failed, 1), failed, getppid()}), "100   getppid() = 1\n");
}

TEST_F(TextSinkTest, WholeCalls) {
  options.align_column = 0;
  options.whole_calls = true;
  options.pid_prefix = PidPrefix::always;
  EXPECT_EQ(run({Maker::start_of(read_call(1), 1), Maker::start_of(nanosleep(2), 1), Maker::start_of(getppid(3), 0),
                 getppid(3), read_call(1), Maker::exited(0, 2)}),
            "3     getppid() = 1\n"
            "1     read(3, \"abc\", 100) = 3\n"
            "2     nanosleep({tv_sec=10, tv_nsec=0} <unfinished ...>) = ?\n"
            "2     +++ exited with 0 +++\n");
}

TEST_F(TextSinkTest, Times) {
  options.align_column = 0;
  options.absolute_time = TimePrefix::seconds_of_day;
  Event call = getppid();
  call.time = 1795253892L * 1000 * ms + 337'560'829;
  const auto with = [&](TimePrefix prefix, Precision precision) {
    options.absolute_time = prefix;
    options.absolute_precision = precision;
    return run({call});
  };
  EXPECT_EQ(with(TimePrefix::seconds_of_day, Precision::s), "09:38:12 getppid() = 1\n");
  EXPECT_EQ(with(TimePrefix::seconds_of_day, Precision::ms), "09:38:12.337 getppid() = 1\n");
  EXPECT_EQ(with(TimePrefix::seconds_of_day, Precision::us), "09:38:12.337560 getppid() = 1\n");
  EXPECT_EQ(with(TimePrefix::seconds_of_day, Precision::ns), "09:38:12.337560829 getppid() = 1\n");
  EXPECT_EQ(with(TimePrefix::unix_epoch, Precision::s), "1795253892 getppid() = 1\n");
  EXPECT_EQ(with(TimePrefix::unix_epoch, Precision::us), "1795253892.337560 getppid() = 1\n");
  EXPECT_EQ(with(TimePrefix::unix_epoch, Precision::ns), "1795253892.337560829 getppid() = 1\n");
}

TEST_F(TextSinkTest, LocalTime) {
  setenv("TZ", "XYZ-5:30", 1);
  tzset();
  options.align_column = 0;
  options.absolute_time = TimePrefix::seconds_of_day;
  Event call = getppid();
  call.time = 1795253892L * 1000 * ms;
  EXPECT_EQ(run({call}), "15:08:12 getppid() = 1\n");
}

TEST_F(TextSinkTest, RelativeTimes) {
  options.align_column = 0;
  options.relative_time = true;
  Event first = getppid();
  first.monotonic = 5000 * ms;
  Event second = read_call();
  second.monotonic = 5000 * ms + 58 * us + 65;
  second.duration = 1234 * us;
  Event third = Maker::exited(0);
  third.monotonic = 6001 * ms;
  const std::vector<Event> events = {first, second, third};
  EXPECT_EQ(run(events),
            "     0.000000 getppid() = 1\n     0.000058 read(3, \"abc\", 100) = 3\n"
            "     1.000941 +++ exited with 0 +++\n");
  options.relative_precision = Precision::s;
  EXPECT_EQ(run(events), "     0 getppid() = 1\n     0 read(3, \"abc\", 100) = 3\n     1 +++ exited with 0 +++\n");
  options.relative_precision = Precision::ns;
  options.absolute_time = TimePrefix::unix_epoch;
  EXPECT_EQ(run(events),
            "0 (+     0.000000000) getppid() = 1\n0 (+     0.000058065) read(3, \"abc\", 100) = 3\n"
            "0 (+     1.000941935) +++ exited with 0 +++\n");
}

TEST_F(TextSinkTest, ResumedLinesHaveTheTimeOfTheEnd) {
  options.align_column = 0;
  options.relative_time = true;
  options.absolute_time = TimePrefix::unix_epoch;
  Event call = read_call(1);
  call.time = 1000 * ms;
  call.monotonic = 100 * ms;
  call.duration = 900 * ms;
  call.end_time = 2000 * ms;
  Event other = getppid(2);
  other.time = 1500 * ms;
  other.monotonic = 600 * ms;
  EXPECT_EQ(run({attached(1), Maker::start_of(call, 1), other, call}),
            "1 (+     0.000000) read(3 <unfinished ...>\n[pid     2] 1 (+     0.500000) getppid() = 1\n"
            "[pid     1] 2 (+     0.400000) <... read resumed>, \"abc\", 100) = 3\n");
}

TEST_F(TextSinkTest, NumberAndInstructionPointer) {
  options.align_column = 0;
  options.syscall_number = true;
  options.instruction_pointer = true;
  Event call = getppid();
  call.number = 110;
  call.instruction_pointer = 0x7f4b6a0af829;
  Event sig = signal();
  sig.instruction_pointer = 0x7f4b6a0af82b;
  EXPECT_EQ(run({call, sig, Maker::exited(0)}),
            "[ 110] [00007f4b6a0af829] getppid() = 1\n"
            "[ 110] [00007f4b6a0af82b] --- SIGUSR1 {si_signo=SIGUSR1} ---\n"
            "[ 110] [????????????????] +++ exited with 0 +++\n");
}

TEST_F(TextSinkTest, Personality) {
  options.align_column = 0;
  options.instruction_pointer = true;
  Event call = getppid(12225);
  call.abi = event::Abi::i386;
  call.instruction_pointer = 0xf7f6ba47;
  const Event back = getppid(12225);
  const std::vector<Event> events = {Maker::start_of(call, 0), call, call, back};
  EXPECT_EQ(
      run(events),
      "[f7f6ba47] [ Process PID=12225 runs in 32 bit mode. ]\n[f7f6ba47] getppid() = 1\n[f7f6ba47] getppid() = 1\n"
      "[0000000000000000] [ Process PID=12225 runs in 64 bit mode. ]\n[0000000000000000] getppid() = 1\n");
  options.personality_notes = false;
  EXPECT_EQ(run(events), "[f7f6ba47] getppid() = 1\n[f7f6ba47] getppid() = 1\n[0000000000000000] getppid() = 1\n");
}

TEST_F(TextSinkTest, ChildrenInheritThePersonality) {
  options.align_column = 0;
  Event parent = getppid(1);
  parent.abi = event::Abi::x32;
  Event child = getppid(2);
  child.abi = event::Abi::x32;
  EXPECT_EQ(run({attached(1), parent, attached(2, 1), child}),
            "[ Process PID=1 runs in x32 mode. ]\ngetppid() = 1\n[pid     2] getppid() = 1\n");
}

TEST_F(TextSinkTest, ArgumentNames) {
  options.align_column = 0;
  options.argument_names = true;
  const Event call = make.call(
      "read", {make.named("fd", make.fd(3)), make.named("buf", make.string("a")), make.named("count", make.number(1))},
      make.number(1));
  EXPECT_EQ(run({Maker::start_of(call, 1), getppid(2), call}),
            "read(fd=3 <unfinished ...>\n[pid     2] getppid() = 1\n[pid   100] <... read resumed>, buf=\"a\", "
            "count=1) = 1\n");
}

TEST_F(TextSinkTest, Dumps) {
  Event call = read_call();
  std::string bytes;
  for (int i = 0; i < 40; i++) bytes += static_cast<char>(i * 3);
  const event::Dump dumps[] = {{bytes, -1}, {"xyz", 1}};
  call.dumps = dumps;
  EXPECT_EQ(run({call}),
            "read(3, \"abc\", 100)                     = 3\n"
            " | 00000  00 03 06 09 0c 0f 12 15  18 1b 1e 21 24 27 2a 2d  ...........!$'*- |\n"
            " | 00010  30 33 36 39 3c 3f 42 45  48 4b 4e 51 54 57 5a 5d  0369<?BEHKNQTWZ] |\n"
            " | 00020  60 63 66 69 6c 6f 72 75                           `cfiloru         |\n"
            " * 3 bytes in buffer 1\n"
            " | 00000  78 79 7a                                          xyz              |\n");
}

TEST_F(TextSinkTest, DumpsOfLongBuffersThatCannotBeReadToTheEnd) {
  Event call = read_call();
  event::Dump dump;
  dump.bytes = "abc";
  dump.wanted = (1 << 20) + 1;
  dump.lost = 2;
  dump.lost_at = 0x7f00;
  call.dumps = {&dump, 1};
  EXPECT_EQ(run({call}),
            "read(3, \"abc\", 100)                     = 3\n"
            " | 000000  61 62 63                                          abc              |\n"
            " | <Cannot fetch 2 bytes from pid 100 @0x7f00>\n");
}

TEST_F(TextSinkTest, ColorsDoNotCountForAlignment) {
  const Palette palette = Palette::parse(" SyScAlL = 1;31 : unknown=1;36 : punct=1;34:argval=1;32:error=x");
  options.palette = &palette;
  const std::string colored = run({make.call("chdir", {make.string(".")}, make.number(0))});
  EXPECT_EQ(colored.find("\033[1;31mchdir\033[1;34m(\033[1;32m\".\""), 0u) << colored;
  std::string plain;
  for (size_t i = 0; i < colored.size(); i++) {
    if (colored[i] == '\033')
      i = colored.find('m', i);
    else
      plain += colored[i];
  }
  EXPECT_EQ(plain, "chdir(\".\")                              = 0\n");
}

}  // namespace
}  // namespace sysray::sink
