// Checks of every record of a model, table by table.
#include "describe/validate.h"

#include <fmt/format.h>

#include <vector>

namespace sysray::describe {

namespace {

constexpr s32 evaluator_stack = 32;  // decode/scope.cc

// Thrown at the first violation; does not leave this file.
struct Violation {
  std::string what;
};

class Validator {
 public:
  explicit Validator(const Model& model) : m_(model) {}

  void run() {
    if (m_.pool.empty() || m_.pool[0] != 0) throw Violation{"the pool does not begin with a NUL"};
    each("string", m_.strings, [&](const Str& s, u32) { text(s); });
    each("expression", m_.exprs, [&](const Expr& e, u32) { expression(e); });
    each("type", m_.types, [&](const Type& t, u32 i) { type(t, i); });
    each("field", m_.fields, [&](const Field& f, u32) { field(f); });
    each("arm", m_.arms, [&](const Arm& arm, u32) {
      keys(arm.keys);
      range(arm.fields, m_.fields);
    });
    each("switch", m_.switches, [&](const Switch& one, u32) {
      index(one.selector, m_.exprs);
      range(one.arms, m_.arms);
    });
    each("struct", m_.structs, [&](const Struct& one, u32) { structure(one); });
    each("union", m_.unions, [&](const Union& one, u32) { union_type(one); });
    each("set", m_.sets, [&](const Set& one, u32) { set(one); });
    each("member", m_.members, [&](const Member& one, u32) {
      text(one.name);
      optional(one.sub_type, m_.types);
      if ((one.is_mask || one.is_rest) != (one.sub_type != none)) throw Violation{"a sub-field needs a type"};
      if (one.shift >= 64) throw Violation{"shift of 64 or more"};
    });
    each("alternative", m_.alternatives, [&](const Alternative& one, u32) { alternative(one); });
    each("format", m_.formats, [&](const Format& one, u32) {
      text(one.name);
      text(one.variable);
      range(one.alternatives, m_.alternatives);
      declaration(one.declaration);
    });
    each("custom", m_.customs, [&](const Custom& one, u32) {
      text(one.name);
      text(one.reason);
      range(one.parameters, m_.strings);
      declaration(one.declaration);
    });
    calls();
    names();
    derived_arguments();
  }

 private:
  template <typename Records, typename F>
  void each(std::string_view kind, const Records& records, F check) {
    for (u32 i = 0; i < records.size(); i++) {
      try {
        check(records[i], i);
      } catch (const Violation& violation) {
        throw Violation{fmt::format("{} {}: {}", kind, i, violation.what)};
      }
    }
  }

  void text(Str s) const {
    const bool fits = s.offset < m_.pool.size() && s.length < m_.pool.size() - s.offset;
    if (!fits || m_.pool[s.offset + s.length] != 0)
      throw Violation{fmt::format("text {}+{} is not in the pool", s.offset, s.length)};
  }
  template <typename Table>
  void index(u32 at, const Table& table) const {
    if (at >= table.size()) throw Violation{fmt::format("index {} in a table of {}", at, table.size())};
  }
  template <typename Table>
  void optional(u32 at, const Table& table) const {
    if (at != none) index(at, table);
  }
  template <typename Table>
  void range(Range r, const Table& table) const {
    if (r.count != 0 && (r.first >= table.size() || r.count > table.size() - r.first))
      throw Violation{fmt::format("range {}+{} in a table of {}", r.first, r.count, table.size())};
  }
  template <typename E>
  static void at_most(E value, E last) {
    if (static_cast<u32>(value) > static_cast<u32>(last))
      throw Violation{fmt::format("kind {} does not exist", static_cast<u32>(value))};
  }
  void declaration(u32 at) const { index(at, m_.declarations); }
  void keys(Range r) const {
    range(r, m_.key_ranges);
    for (u32 i = 0; i < r.count; i++)
      if (m_.key_ranges[r.first + i].first > m_.key_ranges[r.first + i].last) throw Violation{"a range without values"};
  }
  // A run of `lists` whose numbers are indices below `limit`.
  void list(Range r, size_t limit) const {
    range(r, m_.lists);
    for (u32 i = 0; i < r.count; i++)
      if (m_.lists[r.first + i] >= limit)
        throw Violation{fmt::format("listed index {} of {}", m_.lists[r.first + i], limit)};
  }

  void operand(const Instruction& in) const {
    switch (in.op) {
      case Op::constant: return index(in.operand, m_.numbers);
      case Op::field:
      case Op::old_field:
      case Op::argument:
      case Op::deref:
      case Op::whole:
      case Op::old_deref: index(in.operand, m_.fields); break;
      case Op::fd_link: return index(in.operand, m_.strings);
      case Op::size_of: return index(in.operand, m_.types);
      case Op::argument_member:
      case Op::nested_field: {
        index(in.operand, m_.lists);
        const u32 count = m_.lists[in.operand];
        if (count == 0 || (count == 1 && in.op == Op::argument_member)) throw Violation{"a path without fields"};
        return list({in.operand + 1, count}, m_.fields.size());
      }
      default: return;
    }
    if (in.op != Op::field && in.op != Op::old_field && m_.fields[in.operand].type == none)
      throw Violation{"an argument without a type"};
  }

  // What an instruction takes from the stack and puts there.
  struct Effect {
    s32 takes;
    s32 leaves;
  };
  static Effect effect(Op op) {
    switch (op) {
      case Op::fd_protocol:
      case Op::fd_device:
      case Op::fd_link:
      case Op::fd_vcpu:
      case Op::negate:
      case Op::complement:
      case Op::logical_not: return {1, 1};
      case Op::jump_if_zero: return {1, 0};
      case Op::jump: return {0, 0};
      default: return op < Op::add ? Effect{0, 1} : Effect{2, 1};
    }
  }

  // Follows the code once; jumps go forward, so the depth at each instruction is known when it is reached.
  void expression(const Expr& e) {
    range(e.code, m_.instructions);
    depth_.assign(e.code.count + size_t{1}, -1);
    depth_[0] = 0;
    auto reach = [&](size_t at, s32 depth) {
      if (at > e.code.count) throw Violation{"a jump leaves the code"};
      if (depth_[at] != -1 && depth_[at] != depth) throw Violation{"two ways with different depths meet"};
      depth_[at] = depth;
    };
    for (u32 at = 0; at < e.code.count; at++) {
      const Instruction& in = m_.instructions[e.code.first + at];
      at_most(in.op, Op::jump);
      operand(in);
      const s32 depth = depth_[at];
      if (depth < 0) continue;  // never reached
      const auto [takes, leaves] = effect(in.op);
      if (depth < takes) throw Violation{"a value is missing on the stack"};
      const s32 after = depth - takes + leaves;
      if (after > evaluator_stack) throw Violation{"the stack overflows"};
      if (in.op == Op::jump || in.op == Op::jump_if_zero) reach(size_t{at} + 1 + in.operand, after);
      if (in.op != Op::jump) reach(size_t{at} + 1, after);
    }
    if (depth_[e.code.count] != 1) throw Violation{"it does not end with one value"};
  }

  void type(const Type& t, u32 own) const {
    at_most(t.kind, TypeKind::custom);
    at_most(t.semantic, Semantic::ifindex);
    at_most(t.format, IntFormat::date);
    at_most(t.array, ArrayKind::chain);
    at_most(t.tail, Tail::data);
    const bool width_known = t.width <= 8 || t.width == width_long || t.width == width_klong;
    if (!width_known) throw Violation{fmt::format("width {}", t.width)};
    if (t.alignment == 0 || (t.alignment & (t.alignment - 1)) != 0) throw Violation{"alignment is no power of two"};
    for (const u32 expr :
         {t.count, t.step, t.size, t.partial_size, t.valid, t.shown, t.carry_init, t.carry_next, t.nanoseconds})
      optional(expr, m_.exprs);
    optional(t.comment, m_.strings);
    optional(t.unreadable, m_.strings);
    list(t.stand_ins, std::max(m_.strings.size(), m_.exprs.size()));
    if (t.stand_ins.count % 2 != 0) throw Violation{"a text without a condition"};
    for (u32 i = 0; i < t.stand_ins.count; i += 2) {
      index(m_.lists[t.stand_ins.first + i], m_.strings);
      index(m_.lists[t.stand_ins.first + i + 1], m_.exprs);
    }
    if (t.count_words != none) list({t.count_words, 2}, m_.strings.size());
    list(t.arguments, m_.exprs.size());
    reference(t, own);
  }
  void reference(const Type& t, u32 own) const {
    switch (t.kind) {
      case TypeKind::set: return index(t.ref, m_.sets);
      case TypeKind::format: return index(t.ref, m_.formats);
      case TypeKind::structure: index(t.ref, m_.structs); return parameters(t, m_.structs[t.ref].parameters);
      case TypeKind::union_type: index(t.ref, m_.unions); return parameters(t, m_.unions[t.ref].parameters);
      case TypeKind::custom: index(t.ref, m_.customs); return parameters(t, m_.customs[t.ref].parameters);
      case TypeKind::pointer:
        if (t.ref == none) return;
        [[fallthrough]];
      case TypeKind::array:
        // Types refer to earlier ones, so that they never go in circles.
        if (t.ref >= own) throw Violation{fmt::format("refers to type {}, which is not before it", t.ref)};
        if (t.kind == TypeKind::array && t.array == ArrayKind::chain) index(t.step, m_.exprs);
        return;
      default: return;
    }
  }
  static void parameters(const Type& t, Range expected) {
    if (t.arguments.count != expected.count)
      throw Violation{fmt::format("{} values for {} parameters", t.arguments.count, expected.count)};
  }

  void field(const Field& f) const {
    text(f.name);
    at_most(f.direction, Direction::inout);
    optional(f.condition, m_.exprs);
    optional(f.switch_index, m_.switches);
    optional(f.value, m_.exprs);
    if (f.switch_index == none) index(f.type, m_.types);
    if (f.from_expression && f.value == none) throw Violation{"its value is missing"};
    if (f.bit_width != 0 && f.bit_offset + f.bit_width > 64) throw Violation{"a bit-field beyond 64 bits"};
  }

  void structure(const Struct& one) const {
    text(one.name);
    range(one.parameters, m_.strings);
    range(one.fields, m_.fields);
    list(one.show, one.fields.count);
    optional(one.keep, m_.exprs);
    for (const u32 alignment : one.alignment)
      if (alignment == 0) throw Violation{"alignment 0"};
    declaration(one.declaration);
  }
  void union_type(const Union& one) const {
    text(one.name);
    range(one.parameters, m_.strings);
    index(one.selector, m_.exprs);
    range(one.cases, m_.union_cases);
    for (u32 i = 0; i < one.cases.count; i++) {
      keys(m_.union_cases[one.cases.first + i].keys);
      index(m_.union_cases[one.cases.first + i].type, m_.types);
    }
    declaration(one.declaration);
  }

  void set(const Set& one) const {
    text(one.name);
    text(one.unknown);
    range(one.members, m_.members);
    if (!one.is_flags) {
      sorted(one, one.by_value, 0);
      sorted(one, one.by_value_i386, 1);
    }
    declaration(one.declaration);
  }
  void sorted(const Set& one, Range order, u32 layout) const {
    list(order, one.members.count);
    for (u32 i = 1; i < order.count; i++) {
      const u32 a = m_.lists[order.first + i - 1];
      const u32 b = m_.lists[order.first + i];
      const u64 value_a = m_.members[one.members.first + a].value[layout];
      const u64 value_b = m_.members[one.members.first + b].value[layout];
      if (value_a > value_b || (value_a == value_b && a >= b)) throw Violation{"its members are not sorted"};
    }
  }

  void alternative(const Alternative& one) const {
    optional(one.condition, m_.exprs);
    range(one.pieces, m_.pieces);
    range(one.parts, m_.fields);
    for (u32 i = 0; i < one.pieces.count; i++) {
      const Piece& piece = m_.pieces[one.pieces.first + i];
      text(piece.literal);
      if (piece.part != none && piece.part >= one.parts.count)
        throw Violation{"a piece names a part that is not there"};
    }
  }

  void calls() {
    each("signature", m_.signatures, [&](const Signature& one, u32) {
      range(one.arguments, m_.fields);
      range(one.notes, m_.alternatives);
      optional(one.result, m_.types);
      optional(one.dispatch, m_.dispatches);
    });
    each("system call", m_.syscalls, [&](const Syscall& one, u32) {
      text(one.name);
      text(one.display);
      index(one.signature, m_.signatures);
      index(one.subsystem, m_.subsystems);
      optional(one.closes_first, m_.exprs);
      optional(one.closes_last, m_.exprs);
      optional(one.unshares, m_.exprs);
      optional(one.enters, m_.exprs);
      optional(one.untold, m_.exprs);
      if (one.register_count > 6) throw Violation{fmt::format("{} registers", one.register_count)};
      declaration(one.declaration);
    });
    each("dispatch", m_.dispatches, [&](const Dispatch& one, u32) { dispatch(one); });
    each("case", m_.cases, [&](const Case& one, u32) {
      keys(one.keys);
      index(one.signature, m_.signatures);
      index(one.subsystem, m_.subsystems);
      declaration(one.declaration);
    });
    for (const auto& table : m_.tables)
      each("table entry", table, [&](const TableEntry& one, u32 number) {
        text(one.name);
        optional(one.syscall, m_.syscalls);
        if (one.syscall != none && one.number != number) throw Violation{"it stands in another's place"};
      });
  }
  void dispatch(const Dispatch& one) const {
    list(one.selectors, m_.exprs.size());
    range(one.cases, m_.cases);
    optional(one.fallback, m_.signatures);
    if (one.selectors.count == 0) throw Violation{"nothing selects the case"};
    const KeyRange* before = nullptr;
    for (u32 i = 0; i < one.cases.count; i++) {
      const Range own = m_.cases[one.cases.first + i].keys;
      keys(own);
      if (own.count != one.selectors.count) throw Violation{"a case has other keys than there are selectors"};
      if (own.count != 1) continue;
      const KeyRange* key = &m_.key_ranges[own.first];
      if (before != nullptr && before->last >= key->first) throw Violation{"its cases are not sorted, or they overlap"};
      before = key;
    }
  }

  void names() {
    each("constant", m_.constants, [&](const Constant& one, u32 i) {
      text(one.name);
      declaration(one.declaration);
      if (i > 0 && m_.text(m_.constants[i - 1].name) >= m_.text(one.name)) throw Violation{"not sorted by name"};
    });
    each("subsystem", m_.subsystems, [&](const Subsystem& one, u32) {
      text(one.name);
      text(one.title);
      text(one.file);
    });
    each("declaration", m_.declarations, [&](const Declaration& one, u32) {
      text(one.file);
      text(one.documentation);
    });
  }

  // `a = b, b = a`: the values of arguments that are taken from others must not go in circles.
  void derived_arguments() {
    state_.assign(m_.fields.size(), 0);
    each("field", m_.fields, [&](const Field&, u32 i) { follow(i, 0); });
  }
  void follow(u32 at, u32 depth) {
    constexpr u32 deepest = 64;
    if (!m_.fields[at].from_expression || state_[at] == 2) return;
    if (state_[at] == 1 || depth > deepest) throw Violation{"its value depends on itself"};
    state_[at] = 1;
    const Range code = m_.exprs[m_.fields[at].value].code;
    for (u32 i = 0; i < code.count; i++) {
      const Instruction& in = m_.instructions[code.first + i];
      if (in.op == Op::argument_member) follow(m_.lists[in.operand + 1], depth + 1);
      const bool names_one =
          in.op == Op::argument || in.op == Op::deref || in.op == Op::old_deref || in.op == Op::whole;
      if (names_one) follow(in.operand, depth + 1);
    }
    state_[at] = 2;
  }

  const Model& m_;
  std::vector<s32> depth_;
  std::vector<u8> state_;
};

}  // namespace

Result<void> validate(const Model& model) {
  try {
    Validator(model).run();
  } catch (const Violation& violation) {
    return Error{"the compiled descriptions break an invariant", violation.what, {}, 0};
  }
  return {};
}

}  // namespace sysray::describe
