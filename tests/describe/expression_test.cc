// Expressions: constants are folded as C does, the rest becomes code that names what it must.
#include <gtest/gtest.h>

#include "support.h"

namespace sysray::testing {
namespace {

using describe::Model;
using describe::Op;

u64 value(std::string_view expression) {
  return constant_named(must_compile("const X = " + std::string(expression) + ";")->model, "X");
}

std::vector<Op> code(const Model& model, u32 expr) {
  std::vector<Op> ops;
  const auto range = model.exprs[expr].code;
  for (const auto& in : model.instructions.subspan(range.first, range.count)) ops.push_back(in.op);
  return ops;
}

TEST(Expression, BindsAsInC) {
  EXPECT_EQ(value("1 + 2 * 3"), 7u);
  EXPECT_EQ(value("(1 + 2) * 3"), 9u);
  EXPECT_EQ(value("1 | 2 ^ 2 & 3"), 1u);
  EXPECT_EQ(value("1 << 2 + 1"), 8u);
  EXPECT_EQ(value("10 - 3 - 2"), 5u);
  EXPECT_EQ(value("1 < 2 == 1"), 1u);
  EXPECT_EQ(value("0 || 1 && 0"), 0u);
  EXPECT_EQ(value("1 ? 2 : 0 ? 3 : 4"), 2u);
  EXPECT_EQ(value("-1"), ~u64{0});
  EXPECT_EQ(value("~0 & 0xff"), 0xffu);
  EXPECT_EQ(value("!5 + !0"), 1u);
}

TEST(Expression, KnowsItsFunctions) {
  EXPECT_EQ(value("min(3, 4) + max(3, 4)"), 7u);
  EXPECT_EQ(value("align(13, 8)"), 16u);
  EXPECT_EQ(value("'A' + 017 + 0x10"), 65u + 15 + 16);
}

TEST(Expression, LooksForParametersThenFieldsThenConstants) {
  const auto compiled = must_compile("const a = 9; struct s(a) { u32 a; u32 b; u8 x[a]; u8 y[b]; u8 z[sp]; }");
  const Model& model = compiled->model;
  const auto fields = struct_named(model, "s").fields;
  auto count_of = [&](std::string_view name) { return model.types[field_named(model, fields, name).type].count; };
  EXPECT_EQ(code(model, count_of("x")), std::vector{Op::parameter});
  EXPECT_EQ(code(model, count_of("y")), std::vector{Op::field});
  EXPECT_EQ(code(model, count_of("z")), std::vector{Op::stack_pointer});
}

TEST(Expression, NamesArgumentsOfACall) {
  const auto compiled = must_compile("syscall c(out u8 *buf[min(*size, 4)], in u32 *size, int x @if(buf && x > 0));");
  const Model& model = compiled->model;
  const auto arguments = model.signatures[call_named(model, "c").signature].arguments;
  const auto& buffer = model.types[field_named(model, arguments, "buf").type];
  EXPECT_EQ(code(model, model.types[buffer.ref].count), (std::vector{Op::deref, Op::constant, Op::minimum}));
  const auto ops = code(model, field_named(model, arguments, "x").condition);
  EXPECT_EQ(std::count(ops.begin(), ops.end(), Op::argument), 2);
}

TEST(Expression, PutsTheValuesOfDerivedFieldsInPlace) {
  const auto compiled = must_compile("struct s { u32 a; u32 twice = a * 2; u8 x[twice]; }");
  const Model& model = compiled->model;
  const auto& type = model.types[field_named(model, struct_named(model, "s").fields, "x").type];
  EXPECT_EQ(code(model, type.count), (std::vector{Op::field, Op::constant, Op::multiply}));
}

TEST(Expression, FollowsPathsThroughInnerStructs) {
  const auto compiled = must_compile("struct inner { u32 a; u32 b; } struct s { u32 x; inner i; u8 y[i.b]; }");
  const Model& model = compiled->model;
  const auto& type = model.types[field_named(model, struct_named(model, "s").fields, "y").type];
  const auto range = model.exprs[type.count].code;
  ASSERT_EQ(range.count, 1u);
  const auto& in = model.instructions[range.first];
  ASSERT_EQ(in.op, Op::nested_field);
  ASSERT_EQ(model.lists[in.operand], 2u);
  EXPECT_EQ(model.text(model.fields[model.lists[in.operand + 1]].name), "i");
  EXPECT_EQ(model.text(model.fields[model.lists[in.operand + 2]].name), "b");
}

TEST(Expression, GivesTheCarryVariableTheSlotBehindTheParameters) {
  const auto compiled = must_compile(
      "struct part(left) { u8 *base[min(len, left)]; size_t len; }"
      "syscall c(in part(left) *v[n] @carry(left = 10, left - len), int n);");
  const Model& model = compiled->model;
  const auto arguments = model.signatures[call_named(model, "c").signature].arguments;
  const auto& array = model.types[model.types[field_named(model, arguments, "v").type].ref];
  ASSERT_NE(array.carry_next, describe::none);
  EXPECT_EQ(code(model, array.carry_next), (std::vector{Op::parameter, Op::field, Op::subtract}));
  EXPECT_EQ(model.instructions[model.exprs[array.carry_next].code.first].operand, 0u);
}

}  // namespace
}  // namespace sysray::testing
