// Layouts of structs and unions: the rules of C for x86_64 and i386.
#include <gtest/gtest.h>

#include "support.h"

namespace sysray::testing {
namespace {

using describe::Model;

struct Place {
  u32 lp64;
  u32 i386;
  bool operator==(const Place&) const = default;
};

Place size_of(const Model& model, std::string_view name) {
  const auto& one = struct_named(model, name);
  return {one.size[0], one.size[1]};
}

Place offset_of(const Model& model, std::string_view name, std::string_view field) {
  const auto& one = field_named(model, struct_named(model, name).fields, field);
  return {one.offset[0], one.offset[1]};
}

TEST(Layout, AlignsEightBytesToFourOnI386) {
  const auto compiled = must_compile("struct s { u32 a; u64 b; u8 c; }");
  EXPECT_EQ(offset_of(compiled->model, "s", "b"), (Place{8, 4}));
  EXPECT_EQ(offset_of(compiled->model, "s", "c"), (Place{16, 12}));
  EXPECT_EQ(size_of(compiled->model, "s"), (Place{24, 16}));
}

TEST(Layout, FollowsTheWidthOfLongAndPointers) {
  const auto compiled = must_compile("struct s { u8 a; long b; void *c; addr d; time_t e; size_t f; kernel_ulong g; }");
  EXPECT_EQ(offset_of(compiled->model, "s", "b"), (Place{8, 4}));
  EXPECT_EQ(offset_of(compiled->model, "s", "g"), (Place{48, 24}));
  EXPECT_EQ(size_of(compiled->model, "s"), (Place{56, 28}));
}

TEST(Layout, PacksAndAligns) {
  const auto compiled = must_compile(
      "struct packed @packed { u8 a; u64 b; u16 c; }"
      "struct aligned @align(32) { u32 a; }"
      "struct outer { u8 a; packed b; aligned c; }");
  EXPECT_EQ(offset_of(compiled->model, "packed", "b"), (Place{1, 1}));
  EXPECT_EQ(size_of(compiled->model, "packed"), (Place{11, 11}));
  EXPECT_EQ(size_of(compiled->model, "aligned"), (Place{32, 32}));
  EXPECT_EQ(offset_of(compiled->model, "outer", "b"), (Place{1, 1}));
  EXPECT_EQ(offset_of(compiled->model, "outer", "c"), (Place{32, 32}));
}

TEST(Layout, CountsArraysOfConstants) {
  const auto compiled = must_compile("const N = 1 << 2; struct s { u16 a[N]; u32 b[N + 1]; char c[3]; u8 d; }");
  EXPECT_EQ(offset_of(compiled->model, "s", "b"), (Place{8, 8}));
  EXPECT_EQ(offset_of(compiled->model, "s", "d"), (Place{31, 31}));
  EXPECT_EQ(size_of(compiled->model, "s"), (Place{32, 32}));
}

TEST(Layout, KnowsTheWordSizeInLengths) {
  const auto compiled = must_compile("struct s { u32 a; u8 _[wordsize - 4]; u32 b; }");
  EXPECT_EQ(offset_of(compiled->model, "s", "b"), (Place{8, 4}));
  EXPECT_EQ(size_of(compiled->model, "s"), (Place{12, 8}));
}

TEST(Layout, OverlaysTheArmsOfASwitch) {
  const auto compiled =
      must_compile("struct s { u32 kind; switch (kind) { case 1: u64 wide; case 2: { u8 a; u16 b; } } u8 behind; }");
  EXPECT_EQ(offset_of(compiled->model, "s", "behind"), (Place{16, 12}));
  EXPECT_EQ(size_of(compiled->model, "s"), (Place{24, 16}));
}

TEST(Layout, PutsUsedFieldsInPlace) {
  const auto compiled = must_compile("struct base { u32 a; u64 b; } struct s { u32 first; use base; u8 last; }");
  EXPECT_EQ(offset_of(compiled->model, "s", "a"), (Place{4, 4}));
  EXPECT_EQ(offset_of(compiled->model, "s", "b"), (Place{8, 8}));
  EXPECT_EQ(size_of(compiled->model, "s"), (Place{24, 20}));
}

TEST(Layout, PutsBitFieldsIntoTheirType) {
  const auto compiled = must_compile("struct s { u32 a : 3; u32 b : 30; u32 c : 2; u8 d; }");
  const Model& model = compiled->model;
  const auto& a = field_named(model, struct_named(model, "s").fields, "a");
  const auto& b = field_named(model, struct_named(model, "s").fields, "b");
  const auto& c = field_named(model, struct_named(model, "s").fields, "c");
  EXPECT_EQ(a.offset[0] * 8 + a.bit_offset, 0u);
  EXPECT_EQ(b.offset[0] * 8 + b.bit_offset, 32u);  // does not cross its type's boundary
  EXPECT_EQ(c.offset[0] * 8 + c.bit_offset, 62u);
  EXPECT_EQ(offset_of(model, "s", "d"), (Place{8, 8}));
  EXPECT_EQ(size_of(model, "s"), (Place{12, 12}));
}

TEST(Layout, EndsFlexibleStructsAtTheirFixedPart) {
  const auto compiled = must_compile("struct s { u32 n; u8 a; u16 rest[]; }");
  const auto& one = struct_named(compiled->model, "s");
  EXPECT_TRUE(one.flexible);
  EXPECT_EQ(one.size[0], 8u);
}

TEST(Layout, MarksWhatFollowsAPartOfVariableSize) {
  const auto compiled = must_compile("struct s { u8 n; char text[n]; u8 behind; }");
  EXPECT_TRUE(field_named(compiled->model, struct_named(compiled->model, "s").fields, "behind").dynamic_offset);
}

TEST(Layout, MakesUnionsAsLargeAsTheirLargestCase) {
  const auto compiled =
      must_compile("union u(k) switch (k) { case 1: u8 a; case 2: u64 b; default: u16 c; } struct s { u8 k; u(k) v; }");
  EXPECT_EQ(offset_of(compiled->model, "s", "v"), (Place{8, 4}));
  EXPECT_EQ(size_of(compiled->model, "s"), (Place{16, 12}));
}

TEST(Layout, DoesNotDependOnTheOrderOfDeclarations) {
  const auto forward = must_compile("struct a { b x[N]; } struct b { u32 y; u64 z; } const N = 3;");
  const auto backward = must_compile("const N = 3; struct b { u32 y; u64 z; } struct a { b x[N]; }");
  EXPECT_EQ(size_of(forward->model, "a"), size_of(backward->model, "a"));
  EXPECT_EQ(size_of(forward->model, "a"), (Place{48, 36}));
}

TEST(Layout, IsPartOfIoctlNumbers) {
  const auto compiled = must_compile("struct s { u32 a; u64 b; } const X = _IOR('x', 1, s); const Y = _IO('x', 2);");
  EXPECT_EQ(constant_named(compiled->model, "X", 0), 0x80107801u);
  EXPECT_EQ(constant_named(compiled->model, "X", 1), 0x800c7801u);
  EXPECT_EQ(constant_named(compiled->model, "Y"), 0x7802u);
}

}  // namespace
}  // namespace sysray::testing
