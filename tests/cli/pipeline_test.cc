// What passes from capture to the sinks.
#include "cli/pipeline.h"

#include <gtest/gtest.h>

#include <map>

#include "described.h"

namespace sysray::cli {
namespace {

using event::RawEvent;
using event::RawKind;

constexpr const char* text = R"(subsystem t "T";
syscall close(fd fd);
syscall getpid() -> pid;
syscall dup2(fd oldfd, fd newfd) -> fd;
abi x86_64 { 3 close; 33 dup2; 39 getpid; }
)";

// Notes each event in a word.
class Notes : public sink::Sink {
 public:
  void on_event(const event::Event& event) override {
    switch (event.kind) {
      case event::EventKind::call_start: text += std::string(event.call) + "( "; break;
      case event::EventKind::call_end: text += std::string(event.call) + ") "; break;
      case event::EventKind::signal: text += "signal" + std::to_string(event.status) + " "; break;
      case event::EventKind::group_stop: text += "stop" + std::to_string(event.status) + " "; break;
      case event::EventKind::exited: text += "exit "; break;
      default: text += "other "; break;
    }
  }
  void flush() override { text += "flush "; }
  std::string text;
};

class Descriptors : public resolve::Resolver {
 public:
  std::optional<resolve::DescriptorTarget> descriptor_target(Tid, int fd, Arena&) override {
    if (fd != 5) return std::nullopt;
    return resolve::DescriptorTarget{"/dev/null", false};
  }
};

class Told : public capture::Messages {
 public:
  void say(std::string_view text) override { last = text; }
  std::string last;
};

class PipelineTest : public ::testing::Test {
 protected:
  // What the sink gets when these events are captured.
  void run(std::vector<RawEvent> events) {
    decode::Decoder decoder(described_.model(), options_.decode, resolver_);
    tamper::Injector injector(options_.injections, described_.model(), told_);
    Pipeline pipeline(options_, decoder, resolver_, notes_, injector, told_);
    event::NoMemory memory;
    for (const RawEvent& raw : events) pipeline.on_event(raw, memory);
    stopped_ = pipeline.wants_stop();
  }
  static RawEvent event(RawKind kind, s32 status = 0) {
    RawEvent raw;
    raw.kind = kind;
    raw.tid = Tid{1};
    raw.tgid = Tgid{1};
    raw.status = status;
    return raw;
  }
  static RawEvent enter(u64 number, u64 first = 0, u64 second = 0) {
    RawEvent raw = event(RawKind::call_enter);
    raw.number = number;
    raw.args = {first, second, 0, 0, 0, 0};
    return raw;
  }
  static RawEvent leave(u64 number, s64 result = 0) {
    RawEvent raw = event(RawKind::call_exit);
    raw.number = number;
    raw.result = result;
    raw.is_error = result < 0;
    return raw;
  }

  const testing::Described described_{text};
  Options options_;
  Descriptors resolver_;
  Notes notes_;
  Told told_;
  bool stopped_ = false;
};

TEST_F(PipelineTest, EverythingPasses) {
  run({enter(3), leave(3), event(RawKind::signal, 2), event(RawKind::group_stop, 19), event(RawKind::exited)});
  EXPECT_EQ(notes_.text, "close( close) signal2 stop19 exit ");
  EXPECT_FALSE(stopped_);
}

TEST_F(PipelineTest, CallsOutsideOfTheSet) {
  options_.plan.calls.all = false;
  options_.plan.calls.calls[0].set(39);
  run({enter(3), leave(3), enter(39), leave(39), enter(5000), leave(5000)});
  EXPECT_EQ(notes_.text, "getpid( getpid) syscall_0x1388( syscall_0x1388) ");
}

TEST_F(PipelineTest, Signals) {
  options_.filter.signals = *filter::parse_signals("!2,19");
  run({event(RawKind::signal, 2), event(RawKind::signal, 3), event(RawKind::group_stop, 19)});
  EXPECT_EQ(notes_.text, "signal3 ");
}

TEST_F(PipelineTest, Descriptors) {
  options_.decode.find_targets = true;
  options_.filter.targets.set_descriptors(*filter::parse_descriptors("7"));
  run({enter(3, 7), leave(3), enter(3, 8), leave(3), enter(33, 8, 7), leave(33), enter(39), leave(39)});
  EXPECT_EQ(notes_.text, "close( close) dup2( dup2) ");
}

TEST_F(PipelineTest, PathsOfDescriptors) {
  options_.decode.find_targets = true;
  options_.filter.targets.add_path("/dev/null");
  run({enter(3, 5), leave(3), enter(3, 6), leave(3)});
  EXPECT_EQ(notes_.text, "close( close) ");
}

// A call that was entered before tracing began does not tell what it touches.
TEST_F(PipelineTest, TargetsOfCallsEnteredBefore) {
  options_.decode.find_targets = true;
  options_.filter.targets.set_descriptors(*filter::parse_descriptors("all"));
  run({leave(3), enter(3, 1), leave(3)});
  EXPECT_EQ(notes_.text, "close( close) ");
}

TEST_F(PipelineTest, Limit) {
  options_.filter.call_limit = 2;
  run({enter(3), leave(3), enter(39), leave(39), enter(3), leave(3), event(RawKind::signal, 2)});
  EXPECT_EQ(notes_.text, "close( close) getpid( getpid) ");
  EXPECT_TRUE(stopped_);
  EXPECT_EQ(told_.last, "System call limit has been reached, detaching tracees");
}

TEST_F(PipelineTest, TheLimitCountsWhatIsShown) {
  options_.filter.call_limit = 1;
  options_.text.status_mask = 2;  // failed
  run({enter(3), leave(3)});
  EXPECT_FALSE(stopped_);
  run({enter(3), leave(3, -9)});
  EXPECT_TRUE(stopped_);
}

}  // namespace
}  // namespace sysray::cli
