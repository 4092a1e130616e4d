// Which invocations of which calls a rule holds for.
#include "tamper/injector.h"

#include <gtest/gtest.h>

#include "cli/described.h"

namespace sysray::tamper {
namespace {

constexpr event::Abi native = event::Abi::x86_64;

class Told : public capture::Messages {
 public:
  void say(std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

TEST(When, IsARangeWithAStep) {
  const auto chosen = [](When when) {
    std::string text;
    for (u32 i = 1; i <= 9; i++) text += when.contains(i) ? '1' : '.';
    return text;
  };
  EXPECT_EQ(chosen({}), "111111111");
  EXPECT_EQ(chosen({.first = 3, .last = 3, .step = 1}), "..1......");
  EXPECT_EQ(chosen({.first = 2, .last = When::no_end, .step = 3}), ".1..1..1.");
  EXPECT_EQ(chosen({.first = 2, .last = 7, .step = 3}), ".1..1....");
}

class InjectorTest : public ::testing::Test {
 protected:
  filter::CallNumbers set(std::string_view text) { return *filter::CallNumbers::parse(text, described_.model()); }
  Rule failing(std::string_view calls, When when = {}) {
    Rule rule;
    rule.calls = set(calls);
    rule.when = when;
    rule.result = capture::MadeUpResult{.value = -5, .is_error = true, .substitutes = {}};
    return rule;
  }
  static event::RawEvent call(u64 number, s32 tid = 1, event::Abi abi = native) {
    event::RawEvent event;
    event.kind = event::RawKind::call_enter;
    event.tid = Tid{tid};
    event.abi = abi;
    event.number = number;
    return event;
  }

  const testing::Described described_{
      "subsystem test \"For tests\";\n"
      "syscall one(int a) -> int;\n"
      "syscall two(int a, int b) -> int;\n"
      "abi x86_64 { 0 one; 1 two; }\n"
      "abi i386 { 7 one; }\n"};
  Told told_;
};

TEST_F(InjectorTest, CountsByThreadAndCall) {
  const std::vector<Rule> rules{failing("one,two", {.first = 2, .last = 2, .step = 1})};
  Injector injector(rules, described_.model(), told_);
  EXPECT_FALSE(injector.enter(call(0)));
  EXPECT_FALSE(injector.enter(call(1)));
  EXPECT_FALSE(injector.enter(call(0, 2)));
  EXPECT_TRUE(injector.enter(call(0)));
  EXPECT_TRUE(injector.enter(call(1)));
  EXPECT_FALSE(injector.enter(call(1)));
  EXPECT_TRUE(injector.enter(call(0, 2)));
  injector.thread_ended(Tid{2});
  EXPECT_FALSE(injector.enter(call(0, 2)));
  injector.thread_renamed(Tid{2}, Tid{1});
  EXPECT_TRUE(injector.enter(call(0, 1)));
}

TEST_F(InjectorTest, KnowsTheCallInEachAbi) {
  const std::vector<Rule> rules{failing("one@32")};
  Injector injector(rules, described_.model(), told_);
  EXPECT_FALSE(injector.names(call(0)));
  EXPECT_TRUE(injector.names(call(7, 1, event::Abi::i386)));
  EXPECT_FALSE(injector.names(call(5000)));
}

TEST_F(InjectorTest, TheLastRuleHolds) {
  std::vector<Rule> rules{failing("all"), failing("two")};
  rules[1].result->value = -9;
  Injector injector(rules, described_.model(), told_);
  EXPECT_EQ(injector.enter(call(0))->result->value, -5);
  EXPECT_EQ(injector.enter(call(1))->result->value, -9);
}

TEST_F(InjectorTest, TellsOfArgumentsThatDoNotExist) {
  Rule rule;
  rule.calls = set("one,two");
  rule.poke_enter = {{1, {std::byte{7}}}};
  const std::vector<Rule> rules{rule};
  Injector injector(rules, described_.model(), told_);
  EXPECT_EQ(injector.enter(call(1))->poke_enter.size(), 1u);
  EXPECT_TRUE(told_.lines.empty());
  EXPECT_TRUE(injector.enter(call(0, 12))->poke_enter.empty());
  ASSERT_EQ(told_.lines.size(), 1u);
  EXPECT_EQ(told_.lines[0],
            "Failed to tamper with process 12: requested to tamper with argument #2, but system call 'one' has only 1 "
            "arguments");
}

}  // namespace
}  // namespace sysray::tamper
