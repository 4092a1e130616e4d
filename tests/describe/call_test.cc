// System calls: registers, moments, cases of multiplexers, classes, tables.
#include <gtest/gtest.h>

#include "support.h"

namespace sysray::testing {
namespace {

using describe::Class;
using describe::Model;
using describe::none;

const describe::Signature& signature(const Model& model, std::string_view call) {
  return model.signatures[call_named(model, call).signature];
}
const describe::Field& argument(const Model& model, std::string_view call, std::string_view name) {
  return field_named(model, signature(model, call).arguments, name);
}
u32 bit(Class one) { return static_cast<u32>(one); }

TEST(Call, TakesTwoRegistersForSixtyFourBitsOnI386) {
  const auto compiled = must_compile("syscall c(int a, u64 b, long c, int d = a, s64 e, void *f);");
  const Model& model = compiled->model;
  EXPECT_EQ(argument(model, "c", "c").offset[0], 2u);
  EXPECT_EQ(argument(model, "c", "c").offset[1], 3u);
  EXPECT_EQ(argument(model, "c", "f").offset[0], 4u);
  EXPECT_EQ(argument(model, "c", "f").offset[1], 6u);
  EXPECT_TRUE(argument(model, "c", "d").from_expression);
  EXPECT_EQ(call_named(model, "c").register_count, 5);
}

TEST(Call, ShowsAtExitWhatNeedsTheResult) {
  const auto compiled =
      must_compile("syscall c(out char *a[ret], int b @if(ret > 0), int d, in u8 *e[n] @valid(!error), int n);");
  const Model& model = compiled->model;
  EXPECT_TRUE(argument(model, "c", "b").exit_only);
  EXPECT_FALSE(argument(model, "c", "d").exit_only);
  EXPECT_TRUE(argument(model, "c", "e").exit_only);
}

TEST(Call, IsDecodedOnErrorsThatAreNamed) {
  const auto compiled =
      must_compile("const EINTR = 4; syscall c(out u32 *a @on(EINTR), out u32 *b @always, out u32 *d);");
  const Model& model = compiled->model;
  EXPECT_TRUE(argument(model, "c", "a").always);
  EXPECT_NE(model.types[argument(model, "c", "a").type].valid, none);
  EXPECT_TRUE(argument(model, "c", "b").always);
  EXPECT_FALSE(argument(model, "c", "d").always);
}

TEST(Call, SortsTheCasesOfOneSelector) {
  const auto compiled = must_compile(
      "enum op : u32 { A = 9, B = 2, C = 5, D = 6 } syscall c(op op, ...); default c(addr x);"
      "c A(int x); c C, B(int y) -> fd; c D();");
  const Model& model = compiled->model;
  const auto& dispatch = model.dispatches[signature(model, "c").dispatch];
  ASSERT_EQ(dispatch.cases.count, 4u);
  std::vector<s64> keys;
  for (const auto& one : model.cases.subspan(dispatch.cases.first, dispatch.cases.count))
    keys.push_back(model.key_ranges[one.keys.first].first);
  EXPECT_EQ(keys, (std::vector<s64>{2, 5, 6, 9}));
  EXPECT_NE(dispatch.fallback, none);
}

TEST(Call, PicksByTuplesWithWildcards) {
  const auto compiled = must_compile(
      "enum l : u32 { L = 1 } enum n : u32 { N = 2 } syscall c(l l, n n, ...) by (l, n);"
      "c *.N(int any); c L.N(int exact);");
  const Model& model = compiled->model;
  const auto& dispatch = model.dispatches[signature(model, "c").dispatch];
  ASSERT_EQ(dispatch.selectors.count, 2u);
  ASSERT_EQ(dispatch.cases.count, 2u);
  const auto& first = model.cases[dispatch.cases.first];
  EXPECT_EQ(model.key_ranges[first.keys.first].first, 1);  // the exact one before the wildcard
}

TEST(Call, NestsMultiplexers) {
  const auto compiled = must_compile(
      "enum op : u32 { P = 1, Q = 2 } enum sub : u32 { S = 7 }"
      "syscall c(op op, ...); c P(sub sub, ...) by (sub); c P.S(int x); c Q(int y);");
  const Model& model = compiled->model;
  const auto& outer = model.dispatches[signature(model, "c").dispatch];
  ASSERT_EQ(outer.cases.count, 2u);
  const auto& inner_signature = model.signatures[model.cases[outer.cases.first].signature];
  ASSERT_NE(inner_signature.dispatch, none);
  const auto& inner = model.dispatches[inner_signature.dispatch];
  ASSERT_EQ(inner.cases.count, 1u);
  const auto& leaf = model.signatures[model.cases[inner.cases.first].signature];
  EXPECT_EQ(model.fields[leaf.arguments.first].offset[0], 2u);  // behind op and sub
}

TEST(Call, GivesEachNestedCaseToItsOwnParent) {
  const auto compiled = must_compile(
      "enum op : u32 { P = 1, Q = 2 } enum sub : u32 { X = 7, Y = 8 }"
      "syscall c(op op, ...); c P(sub s, ...) by (s); c Q(sub s, ...) by (s); c P.X, Q.Y(int v);");
  const Model& model = compiled->model;
  const auto& outer = model.dispatches[signature(model, "c").dispatch];
  std::vector<s64> keys;
  for (const auto& parent : model.cases.subspan(outer.cases.first, outer.cases.count)) {
    const auto& inner = model.dispatches[model.signatures[parent.signature].dispatch];
    ASSERT_EQ(inner.cases.count, 1u);
    keys.push_back(model.key_ranges[model.cases[inner.cases.first].keys.first].first);
  }
  EXPECT_EQ(keys, (std::vector<s64>{7, 8}));
}

TEST(Call, TakesAStarAloneAsTheDefault) {
  const auto compiled =
      must_compile("enum op : u32 { P = 1, Q = 2 } syscall c(op op, ...); c *(int any); c Q(int one);");
  const auto& dispatch = compiled->model.dispatches[signature(compiled->model, "c").dispatch];
  EXPECT_EQ(dispatch.cases.count, 1u);
  EXPECT_NE(dispatch.fallback, none);
}

TEST(Call, DefinesIoctlNumbersOnTheWay) {
  const auto compiled = must_compile(
      "struct s { u32 x; } enum cmd : u32 { OLD = 1 } syscall ioctl(fd fd, cmd cmd, ...);"
      "ioctl NEW = _IOW('n', 3, s)(in s *argp);");
  const Model& model = compiled->model;
  EXPECT_EQ(constant_named(model, "NEW"), 0x40046e03u);
  EXPECT_EQ(set_named(model, "cmd").members.count, 2u);
}

TEST(Call, HasTheClassesOfItsArgumentsAndItsFile) {
  const auto compiled = must_compile(
      "subsystem t \"t\"; class memory; syscall a(fd f, in path *p); syscall b(dirfd d) @class(ipc) @noclass(desc);"
      "syscall c(int x);");
  const Model& model = compiled->model;
  EXPECT_EQ(call_named(model, "a").classes, bit(Class::desc) | bit(Class::file) | bit(Class::memory));
  EXPECT_EQ(call_named(model, "b").classes, bit(Class::ipc) | bit(Class::memory));
  EXPECT_EQ(call_named(model, "c").classes, bit(Class::memory));
}

TEST(Call, StandsInTheTablesUnderTheNameShown) {
  const auto compiled = must_compile(
      "syscall read(int fd); syscall old_mmap(addr a) @name(\"mmap\"); abi x86_64 { 0 read; } abi i386 { 3 read; 90 "
      "mmap = old_mmap; }");
  const Model& model = compiled->model;
  ASSERT_EQ(model.tables[0].size(), 1u);
  ASSERT_EQ(model.tables[1].size(), 91u);
  EXPECT_EQ(model.tables[1][4].syscall, none);
  EXPECT_EQ(model.text(model.tables[1][90].name), "mmap");
  EXPECT_EQ(model.text(model.syscalls[model.tables[1][90].syscall].name), "old_mmap");
}

TEST(Call, MayBeMissingFromTheDeclarationsIfThatIsAllowed) {
  EXPECT_FALSE(compile_text("abi x86_64 { 0 read; }"));
  EXPECT_TRUE(compile_text("abi x86_64 { 0 read; }", {.allow_missing = true}));
}

}  // namespace
}  // namespace sysray::testing
