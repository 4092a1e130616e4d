// Values as text: expectations are strace 7.2's.
#include "sink/text_value.h"

#include <gtest/gtest.h>

#include "values.h"

namespace sysray::sink {
namespace {

using namespace std::string_view_literals;
using test::IntStyle;
using test::Value;

class TextValue : public testing::Test {
 protected:
  std::string show(const Value& value, XlatStyle style = XlatStyle::abbrev) {
    options.xlat = style;
    TextBuffer out(1);
    ValueWriter(options).value(out, value);
    return std::string(out.view());
  }
  // All three styles of -X, abbreviated first.
  void expect(const Value& value, const char* abbrev, const char* raw, const char* verbose) {
    EXPECT_EQ(show(value), abbrev);
    EXPECT_EQ(show(value, XlatStyle::raw), raw);
    EXPECT_EQ(show(value, XlatStyle::verbose), verbose);
  }
  TextOptions options;
  test::Maker make;
};

TEST_F(TextValue, IntegersInAllStyles) {
  EXPECT_EQ(show(make.signed_number(-1)), "-1");
  EXPECT_EQ(show(make.signed_number(INT64_MIN, 8)), "-9223372036854775808");
  EXPECT_EQ(show(make.number(~u64{0})), "18446744073709551615");
  EXPECT_EQ(show(make.number(~u64{0}, IntStyle::unsigned_decimal, 4)), "4294967295");
  EXPECT_EQ(show(make.hex(0)), "0");
  EXPECT_EQ(show(make.hex(0x1f)), "0x1f");
  EXPECT_EQ(show(make.hex(static_cast<u64>(-6), 4)), "0xfffffffa");
  EXPECT_EQ(show(make.hex(~u64{0})), "0xffffffffffffffff");
  EXPECT_EQ(show(make.number(0x1f, IntStyle::hex_padded, 2)), "0x001f");
  EXPECT_EQ(show(make.number(0, IntStyle::octal)), "0");
  EXPECT_EQ(show(make.number(0644, IntStyle::octal)), "0644");
  EXPECT_EQ(show(make.number(01000000, IntStyle::octal)), "01000000");
  EXPECT_EQ(show(make.number(0, IntStyle::octal_mode)), "000");
  EXPECT_EQ(show(make.number(022, IntStyle::octal_mode)), "022");
  EXPECT_EQ(show(make.number(0644, IntStyle::octal_mode)), "0644");
  EXPECT_EQ(show(make.number('A', IntStyle::character)), "'A'");
  EXPECT_EQ(show(make.number('\\', IntStyle::character)), "'\\\\'");
  EXPECT_EQ(show(make.number(0x7f, IntStyle::character)), "'\\x7f'");
}

TEST_F(TextValue, MinusOne) {
  Value id = make.number(0xffffffff, IntStyle::unsigned_decimal, 4);
  id.negative_one = true;
  EXPECT_EQ(show(id), "-1");
  id.number = 0xfffffffe;
  EXPECT_EQ(show(id), "4294967294");
}

TEST_F(TextValue, Addresses) {
  EXPECT_EQ(show(make.address(0)), "NULL");
  EXPECT_EQ(show(make.address(0x7f0012)), "0x7f0012");
  EXPECT_EQ(show(make.commented(make.address(0x7f0012), "37 vars")), "0x7f0012 /* 37 vars */");
}

TEST_F(TextValue, Symbols) {
  expect(make.symbol(0, "SEEK_SET"), "SEEK_SET", "0", "0 /* SEEK_SET */");
  expect(make.symbol(2, "SEEK_END"), "SEEK_END", "0x2", "0x2 /* SEEK_END */");
  expect(make.unknown(77, "SEEK_???"), "0x4d /* SEEK_??? */", "0x4d", "0x4d /* SEEK_??? */");
  expect(make.unknown(static_cast<u64>(-1234), "CLOCK_???"), "0xfffffb2e /* CLOCK_??? */", "0xfffffb2e",
         "0xfffffb2e /* CLOCK_??? */");
  expect(make.symbol(9, ""), "0x9", "0x9", "0x9");
  expect(make.signal(10, "SIGUSR1"), "SIGUSR1", "10", "10 /* SIGUSR1 */");
  expect(make.symbol(static_cast<u64>(-6), "SI_TKILL"), "SI_TKILL", "0xfffffffa", "0xfffffffa /* SI_TKILL */");
}

TEST_F(TextValue, NumbersWithTheNameAsComment) {
  Value skid = make.symbol(0, "arbitrary skid");
  skid.comment_only = true;
  expect(skid, "0 /* arbitrary skid */", "0", "0 /* arbitrary skid */");
}

TEST_F(TextValue, NamesThatAlwaysShow) {
  Value flags = make.flags(0x8000, {make.symbol(0, "O_RDONLY"), make.symbol(0x8000, "O_LARGEFILE")});
  flags.always_named = true;
  expect(flags, "O_RDONLY|O_LARGEFILE", "O_RDONLY|O_LARGEFILE", "O_RDONLY|O_LARGEFILE");
  Value policy = make.symbol(0, "SCHED_OTHER");
  policy.always_named = true;
  expect(policy, "SCHED_OTHER", "SCHED_OTHER", "SCHED_OTHER");
}

TEST_F(TextValue, Flags) {
  expect(make.flags(0x80000, {make.symbol(0, "O_RDONLY"), make.symbol(0x80000, "O_CLOEXEC")}), "O_RDONLY|O_CLOEXEC",
         "0x80000", "0x80000 /* O_RDONLY|O_CLOEXEC */");
  expect(make.flags(0x801, {make.symbol(1, "PROT_READ"), make.hex(0x800)}), "PROT_READ|0x800", "0x801",
         "0x801 /* PROT_READ|0x800 */");
  expect(make.flags(0x40000000, {make.hex(0x40000000)}, "PROT_???"), "0x40000000 /* PROT_??? */", "0x40000000",
         "0x40000000 /* PROT_??? */");
  expect(make.flags(0x9, {make.hex(0x9)}), "0x9", "0x9", "0x9");
  expect(make.flags(0, {}), "0", "0", "0");
  expect(make.flags(0, {make.symbol(0, "PROT_NONE")}), "PROT_NONE", "0", "0 /* PROT_NONE */");
}

TEST_F(TextValue, FlagsWithParts) {
  const Value page_size = make.format({make.number(16), make.literal("<<MAP_HUGE_SHIFT")});
  expect(make.flags(0x40000022, {make.symbol(2, "MAP_PRIVATE"), make.symbol(0x20, "MAP_ANONYMOUS"), page_size}),
         "MAP_PRIVATE|MAP_ANONYMOUS|16<<MAP_HUGE_SHIFT", "0x40000022",
         "0x40000022 /* MAP_PRIVATE|MAP_ANONYMOUS|16<<MAP_HUGE_SHIFT */");
  Value mode = make.flags(0100644, {make.symbol(0100000, "S_IFREG"), make.number(0644, IntStyle::octal_mode)});
  mode.style = IntStyle::octal;
  expect(mode, "S_IFREG|0644", "0100644", "0100644 /* S_IFREG|0644 */");
}

TEST_F(TextValue, SeparateFlags) {
  Value type =
      make.flags(0x80001, {make.symbol(1, "SOCK_STREAM"), make.flags(0x80000, {make.symbol(0x80000, "SOCK_CLOEXEC")})});
  type.separate = true;
  expect(type, "SOCK_STREAM|SOCK_CLOEXEC", "0x1|0x80000", "0x1 /* SOCK_STREAM */|0x80000 /* SOCK_CLOEXEC */");
  Value clone = make.flags(0x1200011, {make.flags(0x1200000, {make.symbol(0x200000, "CLONE_CHILD_CLEARTID"),
                                                              make.symbol(0x1000000, "CLONE_CHILD_SETTID")}),
                                       make.signal(17, "SIGCHLD")});
  clone.separate = true;
  expect(clone, "CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD", "0x1200000|17",
         "0x1200000 /* CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID */|17 /* SIGCHLD */");
}

TEST_F(TextValue, Strings) {
  EXPECT_EQ(show(make.string("a\n\1")), R"("a\n\1")");
  EXPECT_EQ(show(make.string("abc", true)), R"("abc"...)");
  Value random = make.string("ab");
  random.hex = true;
  EXPECT_EQ(show(random), R"("\x61\x62")");
  options.hex_strings = HexStrings::all;
  EXPECT_EQ(show(make.string("ab")), R"("\x61\x62")");
}

TEST_F(TextValue, Structures) {
  const Value a = make.named("a", make.number(1));
  const Value b = make.named("b", make.array({make.number(2), make.number(3)}));
  EXPECT_EQ(show(make.structure({a, b})), "{a=1, b=[2, 3]}");
  EXPECT_EQ(show(make.structure({a, b}, true)), "{a=1, b=[2, 3], ...}");
  EXPECT_EQ(show(make.structure({})), "{}");
  EXPECT_EQ(show(make.structure({}, true)), "{...}");
  Value tuple = make.structure({a, make.named("x", make.string("y"))});
  tuple.tuple = true;
  EXPECT_EQ(show(tuple), R"([1, "y"])");
  Value unnamed = make.structure({a, a});
  unnamed.unnamed_fields = true;
  EXPECT_EQ(show(unnamed), "{1, 1}");
  Value nameless = make.named("c", make.number(7));
  nameless.unnamed = true;
  EXPECT_EQ(show(make.structure({a, nameless})), "{a=1, 7}");
}

TEST_F(TextValue, InlinedStructuresJoinTheOuterList) {
  Value inner = make.structure({make.named("b", make.number(2)), make.named("c", make.number(3))});
  inner.inlined = true;
  Value nothing;
  EXPECT_EQ(show(make.structure({make.named("a", make.number(1)), nothing, inner, make.named("d", make.number(4))})),
            "{a=1, b=2, c=3, d=4}");
  Value empty = make.structure({});
  empty.inlined = true;
  EXPECT_EQ(show(make.structure({empty, make.named("d", make.number(4))})), "{d=4}");
}

TEST_F(TextValue, Arrays) {
  EXPECT_EQ(show(make.array({})), "[]");
  EXPECT_EQ(show(make.array({make.number(1), make.number(2)}, true)), "[1, 2, ...]");
  Value fault = make.array({make.number(1)});
  fault.fault = true;
  fault.number = 0x7f0000002000;
  EXPECT_EQ(show(fault), "[1, ... /* 0x7f0000002000 */]");
  Value vars = make.commented(make.array({}), "2 entries");
  vars.abbreviated = true;
  vars.number = 0x55;
  EXPECT_EQ(show(vars), "0x55 /* 2 entries */");
}

TEST_F(TextValue, SignalSets) {
  Value set = make.array({make.signal(2, "INT"), make.signal(37, "RT_5")});
  set.spaced = true;
  expect(set, "[INT RT_5]", "[2 37]", "[2 /* INT */ 37 /* RT_5 */]");
  set.inverted = true;
  EXPECT_EQ(show(set), "~[INT RT_5]");
}

TEST_F(TextValue, Brackets) {
  EXPECT_EQ(show(make.bracketed(make.number(7))), "[7]");
  EXPECT_EQ(show(make.bracketed(make.commented(make.number(7), "1970"))), "[7 /* 1970 */]");
}

TEST_F(TextValue, Changes) {
  EXPECT_EQ(show(make.bracketed(make.change(make.number(110), make.number(21)))), "[110 => 21]");
  const Value one = make.structure({make.named("a", make.number(1))});
  const Value two = make.structure({make.named("a", make.number(2))});
  EXPECT_EQ(show(make.change(one, two)), "{a=1} => {a=2}");
}

TEST_F(TextValue, FormatsWithoutRawValueAlwaysShow) {
  const Value status =
      make.format({make.literal("{WIFSIGNALED(s) && WTERMSIG(s) == "), make.signal(9, "SIGKILL"), make.literal("}")});
  expect(status, "{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}", "{WIFSIGNALED(s) && WTERMSIG(s) == 9}",
         "{WIFSIGNALED(s) && WTERMSIG(s) == 9 /* SIGKILL */}");
}

TEST_F(TextValue, FormatsWithRawValue) {
  Value raw_port = make.string("\0P"sv);
  raw_port.hex = true;
  Value port = make.format({make.literal("htons("), make.number(80), make.literal(")")});
  port.annotation = &raw_port;
  expect(port, "htons(80)", R"("\x00\x50")", R"("\x00\x50" /* htons(80) */)");

  const Value raw_device = make.hex(0x103);
  Value device =
      make.format({make.literal("makedev("), make.hex(1), make.literal(", "), make.hex(3), make.literal(")")});
  device.annotation = &raw_device;
  expect(device, "makedev(0x1, 0x3)", "0x103", "0x103 /* makedev(0x1, 0x3) */");
}

// strace shows sin6_addr without its name only where the text implies it.
TEST_F(TextValue, UnnamedFormatsAreNamedWhenRaw) {
  Value raw = make.string("\0\1"sv);
  raw.hex = true;
  Value hidden = make.literal(", &sin6_addr");
  hidden.abbrev_only = true;
  Value host = make.format({make.literal("inet_pton(AF_INET6, "), make.string("::1"), hidden, make.literal(")")});
  host.annotation = &raw;
  host.name = "sin6_addr";
  host.unnamed = true;
  expect(make.structure({host}), R"({inet_pton(AF_INET6, "::1", &sin6_addr)})", R"({sin6_addr="\x00\x01"})",
         R"({sin6_addr="\x00\x01" /* inet_pton(AF_INET6, "::1") */})");
}

TEST_F(TextValue, Descriptors) {
  EXPECT_EQ(show(make.fd(3)), "3");
  EXPECT_EQ(show(make.fd(-1)), "-1");
  EXPECT_EQ(show(make.fd(3, "/dev/null")), "3</dev/null>");
  Value gone = make.fd(3, "/tmp/a<b");
  gone.deleted = true;
  EXPECT_EQ(show(gone), R"(3</tmp/a\74b>(deleted))");
  const Value device = make.literal("<char 1:3>");
  Value null = make.fd(5, "/dev/null");
  null.annotation = &device;
  EXPECT_EQ(show(null), "5</dev/null<char 1:3>>");
  const Value socket = make.format({make.literal("UNIX:[356974,"), make.string("sock<x>"), make.literal("]")});
  Value unix_socket = make.fd(7);
  unix_socket.annotation = &socket;
  EXPECT_EQ(show(unix_socket), R"(7<UNIX:[356974,"sock<x>"]>)");
  options.hex_strings = HexStrings::all;
  EXPECT_EQ(show(null), R"(5<\x2f\x64\x65\x76\x2f\x6e\x75\x6c\x6c<char 1:3>>)");
}

TEST_F(TextValue, WorkingDirectory) {
  const Value path = make.string("/tmp");
  Value cwd = make.symbol(static_cast<u64>(-100), "AT_FDCWD");
  cwd.signed_symbol = true;
  cwd.annotation = &path;
  expect(cwd, "AT_FDCWD</tmp>", "-100</tmp>", "-100 /* AT_FDCWD */</tmp>");
}

TEST_F(TextValue, ProcessIds) {
  EXPECT_EQ(show(make.pid(12)), "12");
  EXPECT_EQ(show(make.commented(make.pid(1, "sh"), "12279 in strace's PID NS")),
            "1<sh> /* 12279 in strace's PID NS */");
  EXPECT_EQ(show(make.pid(12, "a<b>\"")), R"(12<a\74b\76\">)");
}

TEST_F(TextValue, Words) { EXPECT_EQ(show(make.word("00:11:22:33:44:55")), "00:11:22:33:44:55"); }

TEST_F(TextValue, NothingShowsNothing) {
  EXPECT_EQ(show(Value()), "");
  EXPECT_EQ(show(make.array({make.number(1), Value(), make.number(2)})), "[1, 2]");
}

}  // namespace
}  // namespace sysray::sink
