// Translates the expressions of descriptions into ops of capture programs.
#pragma once

#include <vector>

#include "describe/capture_program.h"
#include "describe/measure.h"

namespace sysray::describe {

// Where the bytes of an object are while a program runs.
struct CapturePlace {
  enum class Kind : u8 { nowhere, slot, element };
  Kind kind = Kind::nowhere;
  u8 slot = 0;
  u8 loop = 0;  // element: of the loop that is so deep
  u32 offset = 0;
  CapturePlace at(u32 bytes) const {
    CapturePlace place = *this;
    place.offset += bytes;
    return place;
  }
};

// What names in an expression mean, as decode::Scope.
struct CaptureNames {
  std::vector<Quantity> parameters;
  const Struct* structure = nullptr;
  CapturePlace place;
  Quantity extent;
};

class CaptureExpressions {
 public:
  CaptureExpressions(const Model& model, Target target, bool at_exit)
      : model_(model), target_(target), exit_(at_exit) {}

  // What programs are written to.
  CaptureProgram program;
  u8 loops = 0;             // how deep in loops
  bool no_netlink = false;  // descriptors are taken to be no netlink sockets
  bool loose = false;       // variables that arrays carry along count as unknown: saves ops where that is good enough

  Quantity value(u32 expr, const CaptureNames& names);
  Quantity value(Range code, const CaptureNames& names);
  // The conditions that must all hold for an expression of && to hold.
  std::vector<Range> conjuncts(Range code) const;
  Quantity value_or(u32 expr, const CaptureNames& names, const Quantity& otherwise) {
    return expr == none ? otherwise : value(expr, names);
  }
  // The register (or expression) of an argument.
  Quantity argument(const Field& field);
  // What a field of the struct at the place holds.
  Quantity field(const Field& field, const CapturePlace& place);
  // Makes sure that the integers behind pointer arguments that an expression asks for are copied.
  void copy_pointed(u32 expr);

  bool at_exit() const { return exit_; }
  Target target() const { return target_; }
  Quantity constant(u64 value) { return program.constant(value); }
  Quantity both(capture_arithmetic arithmetic, const Quantity& a, const Quantity& b);

 private:
  using Stack = std::vector<Quantity>;
  Quantity run(u32 first, u32 end, const CaptureNames& names);
  Quantity choice(const Quantity& condition, u32& at, u32 end, const CaptureNames& names);
  Quantity alternatives(const Quantity& condition, u32 then_first, u32 then_end, u32 else_first, u32 else_end,
                        const CaptureNames& names);
  Quantity leaf(const Instruction& one, const CaptureNames& names);
  Quantity parameter(u32 slot, const CaptureNames& names);
  Quantity unary(Op op, const Quantity& operand);
  Quantity pointed(const Field& argument);
  std::optional<u8> copy_behind(const Field& argument, u32 size);
  Quantity member(u32 list);
  void copy_object(u32 argument);
  Quantity nested(u32 list, const CaptureNames& names);
  bool is_gone(const Instruction& one) const;
  Quantity compare(capture_arithmetic arithmetic, const Quantity& a, const Quantity& b);

  const Model& model_;
  Target target_;
  bool exit_;
};

}  // namespace sysray::describe
