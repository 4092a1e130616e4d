// syscall_set expressions: what each selects, and the errors of those that select nothing.
#include "filter/call_numbers.h"

#include <errno.h>
#include <gtest/gtest.h>

#include "support/tiny_model.h"

namespace sysray::filter {
namespace {

using event::Abi;

class CallNumbersTest : public ::testing::Test {
 protected:
  CallNumbers parse(std::string_view text) {
    auto calls = CallNumbers::parse(text, tiny_.model);
    EXPECT_TRUE(calls) << text << ": " << calls.error().message();
    return calls ? *calls : CallNumbers();
  }
  std::string error(std::string_view text) {
    auto calls = CallNumbers::parse(text, tiny_.model);
    return calls ? "" : calls.error().cause;
  }
  // Names selected in the ABI, in the order of their numbers.
  std::string names(std::string_view text, Abi abi = Abi::x86_64) {
    CallNumbers calls = parse(text);
    std::string list;
    for (const describe::TableEntry& entry : tiny_.model.tables[static_cast<size_t>(abi)]) {
      if (entry.syscall == describe::none || !calls.contains(abi, entry.number)) continue;
      list += (list.empty() ? "" : " ") + std::string(tiny_.model.text(entry.name));
    }
    return list;
  }

  const std::string all_ = "read write open rt_sigaction shmget getpid socket";
  testing::TinyModel tiny_;
};

TEST_F(CallNumbersTest, Names) {
  EXPECT_EQ(names("read"), "read");
  EXPECT_EQ(names("read", Abi::i386), "read");
  EXPECT_EQ(names("write,read"), "read write");
  EXPECT_EQ(names(",read,,write,"), "read write");
  EXPECT_EQ(names("stat64"), "");
  EXPECT_EQ(names("stat64", Abi::i386), "stat64");
}

TEST_F(CallNumbersTest, Negation) {
  EXPECT_EQ(names("!read"), "write open rt_sigaction shmget getpid socket");
  EXPECT_EQ(names("!!read"), "read");
  EXPECT_EQ(names("!!!read,write"), "open rt_sigaction shmget getpid socket");
}

TEST_F(CallNumbersTest, AllAndNone) {
  EXPECT_EQ(names("all"), all_);
  EXPECT_EQ(names("none"), "");
  EXPECT_EQ(names("!all"), "");
  EXPECT_EQ(names("!none"), all_);
  EXPECT_EQ(names("!!all"), all_);
  EXPECT_EQ(names("read,all"), all_);
  EXPECT_EQ(names("all@32"), "");
  EXPECT_EQ(names("!all@64"), "");
}

TEST_F(CallNumbersTest, Numbers) {
  EXPECT_EQ(names("1"), "write");
  EXPECT_EQ(names("01"), "write");
  EXPECT_EQ(names("39"), "getpid");
  EXPECT_EQ(names("5"), "");  // known to i386 alone
  EXPECT_EQ(names("5", Abi::i386), "open");
  EXPECT_EQ(names("512@x32", Abi::x32), "rt_sigaction");
}

TEST_F(CallNumbersTest, Personalities) {
  EXPECT_EQ(names("read@64"), "read");
  EXPECT_EQ(names("read@64", Abi::i386), "");
  EXPECT_EQ(names("read@32,write@x32", Abi::i386), "read");
  EXPECT_EQ(names("read@32,write@x32", Abi::x32), "write");
  EXPECT_EQ(names("/read@64", Abi::x32), "");
}

TEST_F(CallNumbersTest, Classes) {
  EXPECT_EQ(names("%file"), "open");
  EXPECT_EQ(names("file"), "open");
  EXPECT_EQ(names("%desc"), "read write open socket");
  EXPECT_EQ(names("%net"), "socket");
  EXPECT_EQ(names("%%stat", Abi::i386), "stat64 fstat64");
  EXPECT_EQ(names("%stat", Abi::i386), "stat64");
  EXPECT_EQ(names("%pure"), "getpid");
  EXPECT_EQ(names("%clock"), "");  // a class, though none of these calls is in it
  // A class comes before a call of the same name.
  EXPECT_EQ(names("ipc"), "shmget");
}

TEST_F(CallNumbersTest, RegularExpressions) {
  EXPECT_EQ(names("/^(re|wri)"), "read write");
  EXPECT_EQ(names("/e$"), "write");
  EXPECT_EQ(names("/"), all_);
}

TEST_F(CallNumbersTest, OptionalNames) {
  EXPECT_EQ(names("?nonsense"), "");
  EXPECT_EQ(names("!?nonsense"), all_);
  EXPECT_EQ(names("?nonsense,read"), "read");
  EXPECT_EQ(names("?%nonsense,?/nonsense,?9999,?,??x,?!read"), "");
}

TEST_F(CallNumbersTest, UnknownNames) {
  for (std::string_view text : {"nonsense", "-1", "0x", "0y", "+1", " 1", "9999", "4294967296", "99999999999999999999",
                                "/nonsense", "%", "%%", "%nonsense", "%FILE", "READ", "net", "creds", "%all"}) {
    EXPECT_EQ(error(text), "invalid system call '" + std::string(text) + "'");
    EXPECT_EQ(error("!" + std::string(text)), "invalid system call '" + std::string(text) + "'");
    EXPECT_EQ(error("read," + std::string(text)), "invalid system call '" + std::string(text) + "'");
    EXPECT_EQ(error(std::string(text) + "@64"), "invalid system call '" + std::string(text) + "@64'");
  }
  EXPECT_EQ(error("read,none"), "invalid system call 'none'");
  EXPECT_EQ(error("read,!write"), "invalid system call '!write'");
  EXPECT_EQ(error("stat64@64"), "invalid system call 'stat64@64'");
  EXPECT_EQ(error("read@64@32"), "invalid system call 'read@64@32'");
}

TEST_F(CallNumbersTest, NothingNamed) {
  for (std::string_view text : {"", ",", ",,", "!", "!,", "!!,,"}) {
    EXPECT_EQ(error(text), "invalid system call '" + std::string(text) + "'");
  }
}

TEST_F(CallNumbersTest, UnknownPersonality) {
  EXPECT_EQ(error("read@42"), "incorrect personality designator '42' in qualification 'read@42'");
  EXPECT_EQ(error("write,read@"), "incorrect personality designator '' in qualification 'read@'");
  EXPECT_EQ(error("/read@ohmy"), "incorrect personality designator 'ohmy' in qualification '/read@ohmy'");
  EXPECT_EQ(CallNumbers::parse("read@", tiny_.model).error().code, EINVAL);
  EXPECT_EQ(CallNumbers::parse("reed", tiny_.model).error().code, 0);
}

TEST_F(CallNumbersTest, BrokenRegularExpression) { EXPECT_EQ(error("/["), "regcomp: ["); }

TEST_F(CallNumbersTest, SuggestsTheNearestName) {
  EXPECT_EQ(CallNumbers::parse("opne", tiny_.model).error().hint, "did you mean 'open'?");
  EXPECT_EQ(CallNumbers::parse("qqqqqqqq", tiny_.model).error().hint, "");
}

TEST_F(CallNumbersTest, UnknownNumbersCanBeAdded) {
  CallNumbers calls = parse("read");
  EXPECT_FALSE(calls.contains(Abi::x86_64, 480));
  calls.add_unknown(tiny_.model);
  EXPECT_TRUE(calls.contains(Abi::x86_64, 480));
  EXPECT_TRUE(calls.contains(Abi::x86_64, 3));
  EXPECT_TRUE(calls.contains(Abi::x86_64, 0));
  EXPECT_FALSE(calls.contains(Abi::x86_64, 1));
}

TEST_F(CallNumbersTest, DescribedCallsOfAnyAbi) {
  event::CallSet set = parse("stat64,write@64").described(tiny_.model);
  u32 stat64 = tiny_.model.tables[1][195].syscall;
  u32 write = tiny_.model.tables[0][1].syscall;
  u32 read = tiny_.model.tables[0][0].syscall;
  EXPECT_TRUE(set.contains(stat64));
  EXPECT_TRUE(set.contains(write));
  EXPECT_FALSE(set.contains(read));
}

}  // namespace
}  // namespace sysray::filter
