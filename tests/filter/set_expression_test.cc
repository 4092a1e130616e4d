// Qualifier values: signals, descriptors, choices of fixed names.
#include "filter/set_expression.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace sysray::filter {
namespace {

constexpr Choice colors[] = {{"red", 1}, {"green", 2}, {"blue", 4}};

u32 choose(std::string_view text) {
  auto chosen = parse_choices(text, "color", colors);
  EXPECT_TRUE(chosen) << text;
  return chosen ? *chosen : 0;
}
std::string choice_error(std::string_view text) {
  auto chosen = parse_choices(text, "color", colors);
  return chosen ? "" : chosen.error().message();
}

TEST(Choices, SumOfBits) {
  EXPECT_EQ(choose("red,blue"), 5u);
  EXPECT_EQ(choose("RED"), 1u);
  EXPECT_EQ(choose("!red"), 6u);
  EXPECT_EQ(choose("all"), 7u);
  EXPECT_EQ(choose("none"), 0u);
  EXPECT_EQ(choose("!none"), 7u);
  EXPECT_EQ(choose("!all"), 0u);
}

TEST(Choices, Errors) {
  EXPECT_EQ(choice_error("grean"), "invalid color 'grean' (did you mean 'green'?)");
  EXPECT_EQ(choice_error("red,all"), "invalid color 'all'");
  EXPECT_EQ(choice_error(""), "invalid color ''");
  EXPECT_EQ(choice_error("!,"), "invalid color '!,'");
}

SignalSet signals(std::string_view text) {
  auto set = parse_signals(text);
  EXPECT_TRUE(set) << text;
  return set ? *set : SignalSet();
}

TEST(Signals, Names) {
  for (std::string_view text : {"INT", "SIGINT", "int", "sigint", "2", "02"}) {
    EXPECT_TRUE(signals(text)[SIGINT]) << text;
    EXPECT_EQ(signals(text).count(), 1u) << text;
  }
  EXPECT_TRUE(signals("IO")[SIGIO]);
  EXPECT_TRUE(signals("RTMIN")[32]);
  EXPECT_TRUE(signals("SIGRT_1")[33]);
  EXPECT_TRUE(signals("rt_32")[64]);
  EXPECT_TRUE(signals("255")[255]);
}

TEST(Signals, Sets) {
  EXPECT_EQ(signals("!INT,TERM").count(), 254u);
  EXPECT_TRUE(signals("all").all());
  EXPECT_TRUE(signals("none").none());
  EXPECT_FALSE(signals("!chld")[SIGCHLD]);
}

TEST(Signals, Errors) {
  for (std::string_view name :
       {" ", "NOSUCH", "SIG", "-1", "256", "1-1", "0x1", "+1", "IOT", "POLL", "SIGRTMAX", "RT_33", "SIGSIGHUP"}) {
    auto set = parse_signals(name);
    ASSERT_FALSE(set) << name;
    EXPECT_EQ(set.error().cause, "invalid signal '" + std::string(name) + "'");
  }
  EXPECT_EQ(parse_signals("9,chdir").error().cause, "invalid signal 'chdir'");
  EXPECT_EQ(parse_signals("SIGCHDL").error().hint, "did you mean 'SIGCHLD'?");
}

TEST(Descriptors, Sets) {
  auto some = parse_descriptors("5,3, 7,+9");
  ASSERT_TRUE(some);
  for (int fd : {3, 5, 7, 9}) EXPECT_TRUE(some->contains(fd)) << fd;
  EXPECT_FALSE(some->contains(4));
  auto others = parse_descriptors("!0,2147483647");
  ASSERT_TRUE(others);
  EXPECT_FALSE(others->contains(0));
  EXPECT_TRUE(others->contains(1));
  EXPECT_FALSE(others->contains(2147483647));
  EXPECT_TRUE(parse_descriptors("all")->contains(3));
  EXPECT_FALSE(parse_descriptors("none")->contains(3));
}

TEST(Descriptors, NegativeOnesAreInNoSet) {
  EXPECT_FALSE(parse_descriptors("all")->contains(-1));
  EXPECT_FALSE(parse_descriptors("!5")->contains(-100));
}

TEST(Descriptors, Errors) {
  for (std::string_view name : {"-1", "-42", "not_fd", "2147483648", "4294967296", "1-2", "0x1", " "}) {
    auto set = parse_descriptors("1," + std::string(name));
    ASSERT_FALSE(set) << name;
    EXPECT_EQ(set.error().cause, "invalid descriptor '" + std::string(name) + "'");
  }
  EXPECT_EQ(parse_descriptors("1,all").error().cause, "invalid descriptor 'all'");
  EXPECT_EQ(parse_descriptors("1,!").error().cause, "invalid descriptor '!'");
  EXPECT_EQ(parse_descriptors(",").error().cause, "invalid descriptor ','");
}

}  // namespace
}  // namespace sysray::filter
