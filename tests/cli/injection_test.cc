// What an injection expression says.
#include "cli/injection.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "cli/described.h"

namespace sysray::cli {
namespace {

using event::Abi;
using tamper::Rule;
using tamper::When;

class InjectionTest : public ::testing::Test {
 protected:
  Result<Injection> parse(std::string_view text, bool fault = false) {
    return parse_injection(text, fault, described_.model());
  }
  Rule rule(std::string_view text, bool fault = false) {
    auto injection = parse(text, fault);
    EXPECT_TRUE(injection) << text << ": " << injection.error().message();
    return injection ? std::move(injection->rule) : Rule{};
  }
  std::string warning(std::string_view text) {
    auto injection = parse(text);
    return injection && injection->warnings.size() == 1 ? injection->warnings[0] : "";
  }
  const testing::Described described_{
      "subsystem test \"For tests\";\n"
      "enum errno_names { ENOENT = 2, EIO = 5 }\n"
      "syscall chdir(in path *filename) -> int;\n"
      "syscall getpid() -> int @class(pure);\n"
      "abi x86_64 { 39 getpid; 80 chdir; }\n"
      "abi i386 { 12 chdir; 20 getpid; }\n"};
};

TEST_F(InjectionTest, Results) {
  EXPECT_EQ(rule("chdir:error=EIO").result->value, -5);
  EXPECT_TRUE(rule("chdir:error=enoent").result->is_error);
  EXPECT_EQ(rule("chdir:error=4095").result->value, -4095);
  EXPECT_EQ(rule("chdir:retval=0x10").result->value, 16);
  EXPECT_EQ(rule("chdir:retval=010").result->value, 8);
  EXPECT_FALSE(rule("chdir:retval=-1").result->is_error);
  EXPECT_EQ(rule("chdir", true).result->value, -ENOSYS);
  EXPECT_EQ(rule("chdir:error=EIO:when=2", true).result->value, -5);
  for (const char* wrong :
       {"chdir", "chdir:error=0", "chdir:error=4096", "chdir:error=ENOTHING", "chdir:retval=", "chdir:retval=1x",
        "chdir:retval=1:error=2", "chdir:when=2", "chdir:retval=0x10000000000000000"})
    EXPECT_FALSE(parse(wrong)) << wrong;
  EXPECT_FALSE(parse("chdir:signal=1", true));
}

TEST_F(InjectionTest, Substitutes) {
  const auto substitutes = rule("chdir:retval=0:syscall=getpid").result->substitutes;
  EXPECT_EQ(substitutes[static_cast<size_t>(Abi::x86_64)], 39u);
  EXPECT_EQ(substitutes[static_cast<size_t>(Abi::i386)], 20u);
  EXPECT_EQ(substitutes[static_cast<size_t>(Abi::x32)], event::no_call);
  EXPECT_FALSE(parse("getpid:retval=0:syscall=chdir"));
  EXPECT_FALSE(parse("chdir:retval=0:syscall=39"));
  EXPECT_FALSE(parse("chdir:syscall=getpid"));
}

TEST_F(InjectionTest, Invocations) {
  const auto when = [&](const char* text) { return rule("chdir:retval=0:when=" + std::string(text)).when; };
  EXPECT_EQ(when("3").last, 3u);
  EXPECT_EQ(when("3+").last, When::no_end);
  EXPECT_EQ(when("3+2").step, 2u);
  EXPECT_EQ(when("3..9+").last, 9u);
  EXPECT_EQ(when("3..9+4").step, 4u);
  EXPECT_EQ(when("1:when=65535").first, 65535u);
  for (const char* wrong :
       {"", "0", "65536", "1+0", "1+65536", "2..1", "1..65535", "1..", "..1", "1.2", "1++", "1+2+", "x"})
    EXPECT_FALSE(parse("chdir:retval=0:when=" + std::string(wrong))) << wrong;
}

TEST_F(InjectionTest, SignalsAndDelays) {
  EXPECT_EQ(rule("chdir:signal=usr1").signal, SIGUSR1);
  EXPECT_EQ(rule("chdir:signal=64").signal, 64);
  EXPECT_EQ(rule("chdir:delay_enter=1.5ms").delay_enter, 1'500'000);
  EXPECT_EQ(rule("chdir:delay_exit=7:delay_enter=0").delay_exit, 7000);
  for (const char* wrong : {"chdir:signal=0", "chdir:signal=65", "chdir:signal=1:signal=2", "chdir:delay_enter=-1",
                            "chdir:delay_enter=1:delay_enter=1", "chdir:delay_exit=1h"})
    EXPECT_FALSE(parse(wrong)) << wrong;
}

TEST_F(InjectionTest, Pokes) {
  const Rule both = rule("chdir:poke_enter=@arg1=00fF,@arg7=12:poke_exit=@arg2=4g");
  ASSERT_EQ(both.poke_enter.size(), 2u);
  EXPECT_EQ(both.poke_enter[0].argument, 0u);
  EXPECT_EQ(both.poke_enter[0].bytes, (std::vector{std::byte{0}, std::byte{0xff}}));
  EXPECT_EQ(both.poke_enter[1].argument, 6u);
  EXPECT_EQ(both.poke_exit[0].bytes, std::vector{std::byte{4}});
  for (const char* wrong : {"", "@arg1", "@arg1=", "@arg1=000", "@arg1=zz", "@arg0=00", "@arg8=00", "@ARG1=00",
                            "arg1=00", "@arg1=00,@arg1=00", "@arg12=00"})
    EXPECT_FALSE(parse("chdir:poke_enter=" + std::string(wrong))) << wrong;
  EXPECT_TRUE(parse("chdir:poke_enter=@arg1=" + std::string(2048, '0')));
  EXPECT_FALSE(parse("chdir:poke_enter=@arg1=" + std::string(2050, '0')));
}

TEST_F(InjectionTest, WarnsOfResultsThatProgramsTakeForOthers) {
  EXPECT_EQ(warning("chdir:retval=-2"), "Inadvertent injection of error 2 is possible for retval=18446744073709551614");
  EXPECT_EQ(warning("chdir:retval=0xffffffff"),
            "Inadvertent injection of error 1 is possible in compat personality for retval=4294967295");
  EXPECT_EQ(warning("chdir:retval=0x100000007"),
            "Injected return value 4294967303 will be clipped to 7 in compat personality");
  EXPECT_EQ(warning("chdir:retval=7"), "");
}

TEST_F(InjectionTest, SetsAndOrderOfFaults) {
  EXPECT_TRUE(rule("all:error=5").calls.contains(Abi::i386, 12));
  EXPECT_FALSE(rule("!chdir:error=5").calls.contains(Abi::x86_64, 80));
  EXPECT_EQ(parse("nothing:error=5").error().cause, "invalid system call 'nothing'");
  EXPECT_EQ(parse("nothing:foo").error().cause, "invalid inject argument 'nothing:foo'");
  EXPECT_EQ(parse("chdir:foo", true).error().cause, "invalid fault argument 'chdir:foo'");
  EXPECT_TRUE(parse(":error=5").error().cause.ends_with("''"));
}

}  // namespace
}  // namespace sysray::cli
