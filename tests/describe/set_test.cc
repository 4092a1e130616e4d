// Enumerations and flags: members, their order, values of each ABI.
#include <gtest/gtest.h>

#include "support.h"

namespace sysray::testing {
namespace {

using describe::Model;

std::vector<std::string> names(const Model& model, std::string_view set) {
  const auto range = set_named(model, set).members;
  std::vector<std::string> found;
  for (const auto& one : model.members.subspan(range.first, range.count)) found.emplace_back(model.text(one.name));
  return found;
}

const describe::Member& member(const Model& model, std::string_view set, size_t number) {
  return model.members[set_named(model, set).members.first + number];
}

TEST(Set, KeepsTheOrderOfFlagsAndAddsExtensionsBehind) {
  const auto compiled = must_compile("flags f : u32 \"F_???\" { B = 2, A = 1 } extend f { C = 4, A8 = 8, }");
  EXPECT_EQ(names(compiled->model, "f"), (std::vector<std::string>{"B", "A", "C", "A8"}));
  EXPECT_EQ(compiled->model.text(set_named(compiled->model, "f").unknown), "F_???");
}

TEST(Set, SortsEnumsByValueForEachAbi) {
  const auto compiled = must_compile("enum e : u32 { X = 3, Y = 9 @i386(1), Z = 5, X2 = 3 }");
  const Model& model = compiled->model;
  const auto& set = set_named(model, "e");
  auto order = [&](describe::Range range) {
    std::vector<u32> list;
    for (u32 i = 0; i < range.count; i++) list.push_back(model.lists[range.first + i]);
    return list;
  };
  EXPECT_EQ(order(set.by_value), (std::vector<u32>{0, 3, 2, 1}));  // equal ones: first declared first
  EXPECT_EQ(order(set.by_value_i386), (std::vector<u32>{1, 0, 3, 2}));
  EXPECT_EQ(constant_named(model, "Y", 0), 9u);
  EXPECT_EQ(constant_named(model, "Y", 1), 1u);
}

TEST(Set, RefersToConstantsOfOtherSets) {
  const auto compiled = must_compile("flags a : u32 { SHARED } enum b : u32 { SHARED = 7 } const K = SHARED + 1;");
  EXPECT_EQ(member(compiled->model, "a", 0).value[0], 7u);
  EXPECT_EQ(constant_named(compiled->model, "K"), 8u);
}

TEST(Set, HasMasksAndARest) {
  const auto compiled = must_compile(
      "enum low : u32 { L = 1 } format tail : u32 as v \"$v\" (u32 v = v);"
      "flags f : u32 { mask 3 low, mask 0xf0 low shift 4 @nonzero, A = 0x100, rest tail @nonzero }");
  const Model& model = compiled->model;
  EXPECT_TRUE(member(model, "f", 0).is_mask);
  EXPECT_EQ(member(model, "f", 0).value[0], 3u);
  EXPECT_EQ(member(model, "f", 1).shift, 4);
  EXPECT_TRUE(member(model, "f", 1).nonzero);
  EXPECT_TRUE(member(model, "f", 3).is_rest);
  EXPECT_NE(member(model, "f", 3).sub_type, describe::none);
}

TEST(Set, MayHaveTextsAsMembers) {
  const auto compiled = must_compile("enum e : u32 { \"A or B\" = 5, \"\" = 0 }");
  EXPECT_TRUE(member(compiled->model, "e", 0).is_text);
  EXPECT_TRUE(compiled->model.constants.empty());
}

}  // namespace
}  // namespace sysray::testing
