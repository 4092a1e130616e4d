// validate() finds each kind of damage that a model can have.
#include "describe/validate.h"

#include <gtest/gtest.h>

#include <functional>

#include "support.h"

namespace sysray::testing {
namespace {

using describe::Op;
using describe::Tables;

constexpr std::string_view sample =
    "enum e : u32 { A = 1, B = 2, C = 3 } struct s(n) { u32 x; char y[n]; show (y); }\n"
    "format f : u32 as v \"$p!\" (u32 p = v); union u(k) switch (k) { case 1: int a; }\n"
    "syscall c(e e, in s(e) *p, int q @if(e && q || !p), ...) by (e); c A(u(1) v); c B(f g); abi x86_64 { 0 c; }\n";

// What validate says of the sample after the damage; empty: nothing.
std::string verdict(const std::function<void(Tables&)>& damage) {
  const auto compiled = must_compile(sample);
  damage(compiled->tables);
  const auto result = describe::validate(compiled->tables.model());
  return result ? "" : result.error().observed;
}

TEST(Validate, AcceptsWhatTheCompilerMakes) {
  EXPECT_EQ(verdict([](Tables&) {}), "");
}

TEST(Validate, FindsIndicesOutOfRange) {
  EXPECT_NE(verdict([](Tables& t) { t.syscalls[0].signature = 999; }), "");
  EXPECT_NE(verdict([](Tables& t) { t.fields[0].type = 99999; }), "");
  EXPECT_NE(verdict([](Tables& t) { t.structs[0].fields.count = 1 << 30; }), "");
  EXPECT_NE(verdict([](Tables& t) { t.structs[0].fields = {~0u, 1}; }), "");
  EXPECT_NE(verdict([](Tables& t) { t.dispatches[0].fallback = 77; }), "");
  EXPECT_NE(verdict([](Tables& t) { t.pieces[0].part = 5; }), "");
  EXPECT_NE(verdict([](Tables& t) { t.lists[t.structs[0].show.first] = 9; }), "");
}

TEST(Validate, FindsTextsOutsideThePool) {
  EXPECT_NE(verdict([](Tables& t) { t.syscalls[0].name.offset = 1 << 20; }), "");
  EXPECT_NE(verdict([](Tables& t) { t.syscalls[0].name.length = ~0u; }), "");
  EXPECT_NE(verdict([](Tables& t) { t.constants[0].name.length--; }), "");  // no NUL behind it
}

TEST(Validate, FindsBadCode) {
  auto replace = [](Op op, u32 operand) {
    return [=](Tables& t) {
      for (auto& in : t.instructions)
        if (in.op == Op::logical_not) {
          in = {op, {}, operand};
          return;
        }
    };
  };
  EXPECT_NE(verdict(replace(Op::add, 0)), "");               // a value is missing
  EXPECT_NE(verdict(replace(Op::constant, 0)), "");          // two are left
  EXPECT_NE(verdict(replace(Op::jump, 1000)), "");           // leaves the code
  EXPECT_NE(verdict(replace(static_cast<Op>(200), 0)), "");  // is no operation
  EXPECT_NE(verdict(replace(Op::size_of, 12345)), "");       // of no type
}

TEST(Validate, FindsWhatIsNotSorted) {
  EXPECT_NE(verdict([](Tables& t) { std::swap(t.constants[0], t.constants[1]); }), "");
  EXPECT_NE(verdict([](Tables& t) {
              const auto order = t.sets[0].by_value;
              std::swap(t.lists[order.first], t.lists[order.first + 1]);
            }),
            "");
  EXPECT_NE(verdict([](Tables& t) {
              const auto cases = t.dispatches[0].cases;
              std::swap(t.cases[cases.first], t.cases[cases.first + 1]);
            }),
            "");
}

TEST(Validate, FindsTypesThatGoInCircles) {
  EXPECT_NE(verdict([](Tables& t) {
              for (u32 i = 0; i < t.types.size(); i++)
                if (t.types[i].kind == describe::TypeKind::pointer) t.types[i].ref = i;
            }),
            "");
}

}  // namespace
}  // namespace sysray::testing
