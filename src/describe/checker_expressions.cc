// Expressions: names resolved, turned into code.
#include <algorithm>

#include "describe/checker.h"

namespace sysray::describe {

using ast::Expression;

namespace {

constexpr size_t max_code = 200;     // instructions
constexpr int evaluator_stack = 32;  // values, decode/scope.cc

// Values that are on the stack at the same time, at most. Each alternative of a jump leaves one.
int stack_of(const std::vector<Instruction>& code) {
  int depth = 0;
  int most = 0;
  for (const Instruction& in : code) {
    switch (in.op) {
      case Op::fd_protocol:
      case Op::fd_device:
      case Op::fd_link:
      case Op::fd_vcpu:
      case Op::negate:
      case Op::complement:
      case Op::logical_not: break;
      case Op::jump_if_zero:
      case Op::jump: depth--; break;
      default: depth += in.op < Op::add ? 1 : -1;
    }
    most = std::max(most, depth);
  }
  return most;
}

Op binary_op(std::string_view text) {
  struct Entry {
    std::string_view text;
    Op op;
  };
  static constexpr Entry entries[] = {
      {"+", Op::add},         {"-", Op::subtract},       {"*", Op::multiply}, {"/", Op::divide},
      {"%", Op::modulo},      {"&", Op::bit_and},        {"|", Op::bit_or},   {"^", Op::bit_xor},
      {"<<", Op::shift_left}, {">>", Op::shift_right},   {"<", Op::less},     {"<=", Op::less_equal},
      {">", Op::greater},     {">=", Op::greater_equal}, {"==", Op::equal},   {"!=", Op::not_equal}};
  for (const Entry& one : entries)
    if (one.text == text) return one.op;
  return Op::add;
}

}  // namespace

void Checker::push(std::vector<Instruction>& code, Op op, u32 operand) { code.push_back({op, {}, operand}); }

void Checker::emit_constant(Values values, std::vector<Instruction>& code) {
  Number number;
  std::copy_n(values.value, layout_count, number.value);
  tables_.numbers.push_back(number);
  push(code, Op::constant, static_cast<u32>(tables_.numbers.size() - 1));
}

u32 Checker::field_named(u32 structure, std::string_view name) const {
  for (const auto& [field, index] : structs_[structure].names)
    if (field == name) return index;
  return none;
}

void Checker::emit_name(const Expression& e, const Names& names, std::vector<Instruction>& code) {
  for (size_t i = names.slots.size(); i-- > 0;)
    if (names.slots[i] == e.text) return push(code, Op::parameter, static_cast<u32>(i));
  if (names.structure != none)
    if (u32 field = field_named(names.structure, e.text); field != none) {
      const ast::Field* written = field_info_[field].written;
      if (written == nullptr || !written->value) return push(code, Op::field, field);
      // It lies nowhere: its value is put in its place.
      constexpr int max_derived_depth = 20;
      if (derived_depth_ >= max_derived_depth) {
        diagnostics_.error(written->position, "the value of '" + e.text + "' depends on itself");
        return;
      }
      derived_depth_++;
      emit(*written->value, names, code);
      derived_depth_--;
      return;
    }
  if (names.arguments != nullptr) {
    for (u32 index : *names.arguments)
      if (std::string_view(tables_.pool).substr(tables_.fields[index].name.offset, tables_.fields[index].name.length) ==
          e.text)
        return push(code, Op::argument, index);
  }
  struct Word {
    std::string_view text;
    Op op;
  };
  static constexpr Word words[] = {{"ret", Op::result},        {"error", Op::error},       {"index", Op::index},
                                   {"extent", Op::extent},     {"readable", Op::readable}, {"sp", Op::stack_pointer},
                                   {"wordsize", Op::wordsize}, {"compat", Op::compat},     {"verbose", Op::verbose},
                                   {"exit", Op::at_exit}};
  for (const Word& word : words) {
    if (word.text != e.text) continue;
    if ((word.op == Op::result || word.op == Op::error) && names.uses_exit != nullptr) *names.uses_exit = true;
    return push(code, word.op);
  }
  if (constant_names_.contains(e.text)) {
    // The value may depend on layouts that are not known yet: filled in when all are (finish_constants).
    emit_constant({}, code);
    pending_.emplace_back(code.back().operand, constant_names_[e.text]);
    return;
  }
  unknown_name(e.position, e.text, names);
}

// Number of the argument with this name; none if there is none.
u32 Checker::argument_named(std::string_view wanted, const Names& names) const {
  if (names.arguments == nullptr) return none;
  for (u32 index : *names.arguments) {
    const Str name = tables_.fields[index].name;
    if (std::string_view(tables_.pool).substr(name.offset, name.length) == wanted) return index;
  }
  return none;
}

// The struct that an argument points to, as it is written: its fields may not have been filled yet.
u32 Checker::struct_behind(u32 argument) const {
  const ast::Field* written = field_info_[argument].written;
  if (written == nullptr || written->pointers != 1 || written->array) return none;
  auto found = type_names_.find(written->type.name);
  const bool is_struct = found != type_names_.end() && found->second.kind == NameKind::structure;
  return is_struct ? found->second.index : none;
}

void Checker::emit_whole(const Expression& e, const Names& names, std::vector<Instruction>& code) {
  const bool one_name = e.operands.size() == 1 && e.operands[0].kind == Expression::Kind::name;
  const u32 argument = one_name ? argument_named(e.operands[0].text, names) : none;
  if (argument == none || struct_behind(argument) == none) {
    diagnostics_.error(e.position, "whole() takes an argument of this call that points to a struct");
    return;
  }
  if (names.uses_exit != nullptr && tables_.fields[argument].direction == Direction::out) *names.uses_exit = true;
  push(code, Op::whole, argument);
}

void Checker::emit_member(const Expression& e, const Names& names, std::vector<Instruction>& code) {
  std::vector<u32> path;
  u32 structure = names.structure;
  size_t start = 0;
  // An argument's field, unless a field of the struct at hand has the name.
  const std::string first = e.text.substr(0, e.text.find('.'));
  const bool own = structure != none && field_named(structure, first) != none;
  const u32 argument = own ? none : argument_named(first, names);
  if (argument != none) {
    structure = struct_behind(argument);
    start = first.size() + 1;
    path.push_back(argument);
    if (names.uses_exit != nullptr && tables_.fields[argument].direction == Direction::out) *names.uses_exit = true;
  }
  if (structure == none) return unknown_name(e.position, e.text, names);
  for (;;) {
    const size_t dot = e.text.find('.', start);
    const std::string part = e.text.substr(start, dot - start);
    const u32 field = structure == none ? none : field_named(structure, part);
    if (field == none) return unknown_name(e.position, e.text, names);
    path.push_back(field);
    if (dot == std::string::npos) break;
    start = dot + 1;
    structure = none;
    // The inner struct may not have been filled yet: what was written names it.
    if (const ast::Field* written = field_info_[field].written) {
      auto found = type_names_.find(written->type.name);
      if (found != type_names_.end() && found->second.kind == NameKind::structure && written->pointers == 0)
        structure = found->second.index;
    }
  }
  const auto list = static_cast<u32>(tables_.lists.size());
  tables_.lists.push_back(static_cast<u32>(path.size()));
  tables_.lists.insert(tables_.lists.end(), path.begin(), path.end());
  push(code, argument == none ? Op::nested_field : Op::argument_member, list);
}

void Checker::emit_binary(const Expression& e, const Names& names, std::vector<Instruction>& code) {
  if (e.text != "&&" && e.text != "||") {
    emit(e.operands[0], names, code);
    emit(e.operands[1], names, code);
    return push(code, binary_op(e.text));
  }
  // a && b: a, jump_if_zero → 0; b, !, !      a || b: a, !, jump_if_zero → 1; b, !, !
  const bool both = e.text == "&&";
  emit(e.operands[0], names, code);
  if (!both) push(code, Op::logical_not);
  const size_t skip = code.size();
  push(code, Op::jump_if_zero);
  emit(e.operands[1], names, code);
  push(code, Op::logical_not);
  push(code, Op::logical_not);
  push(code, Op::jump, 1);
  code[skip].operand = static_cast<u32>(code.size() - skip - 1);
  emit_constant({{both ? 0u : 1u, both ? 0u : 1u}}, code);
}

void Checker::emit_deref(const Expression& e, const Names& names, std::vector<Instruction>& code, Op op) {
  if (names.arguments != nullptr) {
    for (u32 index : *names.arguments) {
      const Str name = tables_.fields[index].name;
      if (std::string_view(tables_.pool).substr(name.offset, name.length) != e.text) continue;
      const Field& field = tables_.fields[index];
      if (names.uses_exit != nullptr && op == Op::deref && field.direction == Direction::out) *names.uses_exit = true;
      return push(code, op, index);
    }
  }
  diagnostics_.error(e.position, "'*" + e.text + "' must name a pointer argument of this call");
}

void Checker::emit_call(const Expression& e, const Names& names, std::vector<Instruction>& code) {
  if (e.text == "whole") return emit_whole(e, names, code);
  if (e.text == "fd_link") {
    emit(e.operands[0], names, code);
    tables_.strings.push_back(tables_.intern(e.operands[1].text));
    return push(code, Op::fd_link, static_cast<u32>(tables_.strings.size() - 1));
  }
  const Op op = e.text == "min"         ? Op::minimum
                : e.text == "max"       ? Op::maximum
                : e.text == "align"     ? Op::align
                : e.text == "udiv"      ? Op::unsigned_divide
                : e.text == "umod"      ? Op::unsigned_modulo
                : e.text == "fd_device" ? Op::fd_device
                : e.text == "fd_vcpu"   ? Op::fd_vcpu
                                        : Op::fd_protocol;
  if (e.text == "_IO" || e.text == "_IOR" || e.text == "_IOW" || e.text == "_IOWR") {
    emit_constant(constant_value(e).value_or(Values{}), code);
    return;
  }
  if (op == Op::fd_protocol && e.text != "fd_protocol") {
    diagnostics_.error(e.position, "unknown function '" + e.text + "'",
                       did_you_mean(e.text, {"min", "max", "align", "udiv", "umod", "sizeof", "old", "fd_protocol",
                                             "fd_device", "fd_link", "fd_vcpu", "whole"}));
    return;
  }
  const size_t wanted = op == Op::fd_protocol || op == Op::fd_device || op == Op::fd_vcpu ? 1 : 2;
  if (e.operands.size() != wanted) {
    diagnostics_.error(e.position, e.text + "() takes " + std::to_string(wanted) + " value" + (wanted == 1 ? "" : "s"));
    return;
  }
  for (const Expression& operand : e.operands) emit(operand, names, code);
  push(code, op);
}

void Checker::emit(const Expression& e, const Names& names, std::vector<Instruction>& code) {
  if (code.size() > max_code) return;
  switch (e.kind) {
    case Expression::Kind::number: return emit_constant({{e.number, e.number}}, code);
    case Expression::Kind::name: return emit_name(e, names, code);
    case Expression::Kind::member: return emit_member(e, names, code);
    case Expression::Kind::unary:
      emit(e.operands[0], names, code);
      return push(code, e.text == "-" ? Op::negate : e.text == "~" ? Op::complement : Op::logical_not);
    case Expression::Kind::binary: return emit_binary(e, names, code);
    case Expression::Kind::conditional: {
      emit(e.operands[0], names, code);
      const size_t otherwise = code.size();
      push(code, Op::jump_if_zero);
      emit(e.operands[1], names, code);
      const size_t end = code.size();
      push(code, Op::jump);
      code[otherwise].operand = static_cast<u32>(code.size() - otherwise - 1);
      emit(e.operands[2], names, code);
      code[end].operand = static_cast<u32>(code.size() - end - 1);
      return;
    }
    case Expression::Kind::call: return emit_call(e, names, code);
    case Expression::Kind::size_of: return push(code, Op::size_of, sized_type(*e.type));
    case Expression::Kind::deref: return emit_deref(e, names, code, Op::deref);
    case Expression::Kind::old: return emit_deref(e, names, code, Op::old_deref);
    case Expression::Kind::old_field: {
      const u32 field = names.structure == none ? none : field_named(names.structure, e.text);
      if (field == none) return unknown_name(e.position, e.text, names);
      return push(code, Op::old_field, field);
    }
  }
}

// Whether the names in an expression stand for constants at this place.
bool Checker::is_constant(const Expression& e, const Names& names) const {
  switch (e.kind) {
    case Expression::Kind::number: return true;
    case Expression::Kind::name: {
      if (std::find(names.slots.begin(), names.slots.end(), e.text) != names.slots.end()) return false;
      if (names.structure != none && field_named(names.structure, e.text) != none) return false;
      if (names.arguments != nullptr)
        for (u32 index : *names.arguments)
          if (field_info_[index].written != nullptr && field_info_[index].written->name == e.text) return false;
      return constant_names_.contains(e.text) || e.text == "wordsize" || e.text == "compat";
    }
    case Expression::Kind::size_of: {
      // A struct may mention its own size in a length, but not depend on it.
      const auto found = type_names_.find(e.type->name);
      const bool is_struct = found != type_names_.end() && found->second.kind == NameKind::structure;
      return is_struct && structs_[found->second.index].layout_state != 1;
    }
    case Expression::Kind::call:
      if (e.text == "fd_protocol" || e.text == "fd_device" || e.text == "fd_link" || e.text == "fd_vcpu" ||
          e.text == "whole")
        return false;
      break;
    case Expression::Kind::unary:
    case Expression::Kind::binary:
    case Expression::Kind::conditional: break;
    default: return false;
  }
  return std::all_of(e.operands.begin(), e.operands.end(),
                     [&](const Expression& one) { return is_constant(one, names); });
}

// The length of an array. One that is constant is so at once: the layout depends on it.
u32 Checker::length(const Expression& e, const Names& names) {
  const auto values = is_constant(e, names) ? constant_value(e, false) : std::nullopt;
  if (!values) return expression(e, names);
  std::vector<Instruction> code;
  emit_constant(*values, code);
  Expr one;
  one.code = {static_cast<u32>(tables_.instructions.size()), 1};
  tables_.instructions.push_back(code[0]);
  tables_.exprs.push_back(one);
  return static_cast<u32>(tables_.exprs.size() - 1);
}

u32 Checker::expression(const Expression& e, const Names& names) {
  std::vector<Instruction> code;
  emit(e, names, code);
  if (code.size() > max_code || stack_of(code) > evaluator_stack)
    diagnostics_.error(e.position, "the expression is too long");
  Expr one;
  one.code = {static_cast<u32>(tables_.instructions.size()), static_cast<u32>(code.size())};
  tables_.instructions.insert(tables_.instructions.end(), code.begin(), code.end());
  tables_.exprs.push_back(one);
  return static_cast<u32>(tables_.exprs.size() - 1);
}

}  // namespace sysray::describe
