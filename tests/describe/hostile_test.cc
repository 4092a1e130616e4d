// Texts that would exhaust the compiler, or the decoder behind it, are refused in time.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "describe/validate.h"
#include "support.h"

namespace sysray::testing {
namespace {

std::string repeated(std::string_view what, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; i++) text += what;
  return text;
}

// Refused with a message that contains `expected`.
void expect_refused(const std::string& text, std::string_view expected) {
  const auto compiled = compile_text(text, {.allow_missing = true});
  ASSERT_FALSE(compiled) << "expected: " << expected;
  EXPECT_NE(compiled.error().cause.find(expected), std::string::npos) << compiled.error().cause.substr(0, 2000);
}

TEST(Hostile, ParenthesesAreNotTheStack) {
  expect_refused("const A = " + repeated("(", 100000) + "1" + repeated(")", 100000) + ";", "nested too deeply");
  expect_refused("const A = " + repeated("-", 100000) + "1;", "nested too deeply");
}

TEST(Hostile, LongSumsAreRefused) {
  expect_refused("const A = 1" + repeated("+1", 200000) + ";", "the expression is too long");
}

TEST(Hostile, NestedSwitchesAreRefused) {
  expect_refused("struct s { int a; " + repeated("switch (a) { case 1: { ", 5000), "nested too deeply");
}

TEST(Hostile, ChainsOfStructsAreRefused) {
  std::string text = "struct s0 { int a; }\n";
  for (int i = 1; i < 30000; i++) text = fmt::format("struct s{} {{ s{} x; }}\n", i, i - 1) + text;
  expect_refused(text, "nested too deeply");
}

TEST(Hostile, ChainsOfConstantsAreRefused) {
  std::string text;
  for (int i = 0; i < 50000; i++) text += fmt::format("const A{} = A{};\n", i, i + 1);
  expect_refused(text + "const A50000 = 1;", "too deeply");
}

TEST(Hostile, ChainsOfAliasesAreRefused) {
  std::string text = "type t0 = u32;\n";
  for (int i = 1; i < 5000; i++) text += fmt::format("type t{} = t{};\n", i, i - 1);
  expect_refused(text + "struct s { t4999 x; }", "alias");
}

TEST(Hostile, UseDoesNotMultiplyForEver) {
  std::string text = "struct s0 { int a; }\n";
  for (int i = 1; i < 12; i++)
    text += fmt::format("struct s{} {{ {} }}\n", i, repeated(fmt::format("use s{}; ", i - 1), 10));
  expect_refused(text, "too many fields");
}

TEST(Hostile, UseDoesNotGoInCircles) { expect_refused("struct a { use b; } struct b { use a; }", "circle"); }

TEST(Hostile, HugeArraysHaveNoSize) {
  const auto compiled = compile_text("struct s { u64 a[0xffffffffffffffff]; u64 b[1 << 61]; }");
  EXPECT_TRUE(!compiled || describe::validate((*compiled)->model));
}

TEST(Hostile, ArgumentsDoNotDependOnThemselves) {
  expect_refused("syscall a(int x = y, int y = x);", "the value of 'x' depends on itself");
  expect_refused("syscall a(int x = x + 1);", "the value of 'x' depends on itself");
}

TEST(Hostile, FieldsDoNotDependOnThemselves) {
  expect_refused("struct s { u32 a = b; u32 b = a; }", "depends on itself");
}

TEST(Hostile, UnionsDoNotContainThemselves) {
  expect_refused("union u(x) switch (x) { case 1: s a; } struct s { u(1) a; }", "contains itself");
}

TEST(Hostile, ExpressionsFitTheStackOfTheEvaluator) {
  const std::string deep = repeated("(1 + x * ", 20) + "x" + repeated(")", 20);
  expect_refused("syscall a(int x @if(" + deep + "));", "the expression is too long");
}

TEST(Hostile, AnyByteMayStandAnywhere) {
  const std::string text = "struct s { u32 x @if(x > 1); }\nconst A = 'a';\n/// doc\nsyscall c(in s *p, ...) by (p);\n";
  for (size_t at = 0; at < text.size(); at++)
    for (int byte : {0, 9, 10, 34, 39, 92, 127, 128, 255}) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      const auto compiled = compile_text(changed);
      if (compiled) {
        EXPECT_TRUE(describe::validate((*compiled)->model)) << changed;
      } else {
        EXPECT_NE(compiled.error().cause.find(": error: "), std::string::npos) << changed;
      }
    }
}

}  // namespace
}  // namespace sysray::testing
