// Names: what is declared where, the values of constants, the members of sets.
#include <algorithm>

#include "describe/checker.h"

namespace sysray::describe {

using ast::Expression;
using DeclarationKind = ast::Declaration::Kind;

u32 Checker::declare(const ast::Declaration& one) {
  Declaration entry;
  entry.file = tables_.intern(files_[one.file].name);
  entry.documentation = tables_.intern(one.documentation);
  entry.line = one.position.line;
  tables_.declarations.push_back(entry);
  return static_cast<u32>(tables_.declarations.size() - 1);
}

void Checker::add_type_name(const ast::Declaration& one, NameKind kind, u32 index) {
  auto [at, fresh] = type_names_.try_emplace(one.name, TypeName{kind, index, &one});
  if (fresh) return;
  const ast::Declaration& other = *at->second.declaration;
  diagnostics_.error(one.position, "'" + one.name + "' is declared already",
                     "at " + files_[other.file].name + ":" + std::to_string(other.position.line));
}

void Checker::define(const std::string& name, Position position, const Expression* value, const Expression* i386,
                     u32 declaration) {
  auto [at, fresh] = constant_names_.try_emplace(name, static_cast<u32>(constants_.size()));
  if (!fresh) {
    const Position& other = constants_[at->second].position;
    diagnostics_.error(
        position, "constant '" + name + "' is defined already",
        "at " + files_[other.file].name + ":" + std::to_string(other.line) + "; refer to it by its name alone");
    return;
  }
  constants_.push_back({name, position, value, i386, 0, {}, declaration});
}

void Checker::collect_set(const ast::Declaration& one, u32) {
  const auto index = static_cast<u32>(tables_.sets.size());
  Set set;
  set.name = tables_.intern(one.name);
  set.unknown = tables_.intern(one.comment);
  set.is_flags = one.kind == DeclarationKind::flags;
  set.declaration = declare(one);
  for (const ast::Attribute& attribute : one.attributes) {
    if (attribute.name == "dec")
      set.decimal = true;
    else if (attribute.name == "comment")
      set.comment = true;
    else if (attribute.name == "separate")
      set.separate = true;
    else if (attribute.name == "by_name")
      set.by_name = true;
    else if (attribute.name == "oct")
      set.octal = true;
    else if (attribute.name == "hex")
      set.hex = true;
    else
      diagnostics_.error(attribute.position, "unknown attribute '@" + attribute.name + "' of a set",
                         "expected @dec, @comment, @separate, @by_name, @oct or @hex");
  }
  tables_.sets.push_back(set);
  set_declarations_.push_back(&one);
  auto& members = set_members_.emplace_back();
  for (const ast::Member& member : one.members) members.push_back(&member);
  add_type_name(one, NameKind::set, index);
}

void Checker::collect() {
  for (u32 f = 0; f < parsed_.size(); f++) {
    const ast::File& file = parsed_[f];
    tables_.subsystems.push_back(
        {tables_.intern(file.subsystem), tables_.intern(file.title), tables_.intern(files_[f].name)});
    for (const ast::Declaration& one : file.declarations) {
      switch (one.kind) {
        case DeclarationKind::constant:
          define(one.name, one.position, &*one.value, one.i386 ? &*one.i386 : nullptr, declare(one));
          break;
        case DeclarationKind::alias: add_type_name(one, NameKind::alias, 0); break;
        case DeclarationKind::enumeration:
        case DeclarationKind::flags: collect_set(one, f); break;
        case DeclarationKind::format:
          add_type_name(one, NameKind::format, static_cast<u32>(format_declarations_.size()));
          format_declarations_.push_back(&one);
          tables_.formats.emplace_back();
          break;
        case DeclarationKind::structure:
          add_type_name(one, NameKind::structure, static_cast<u32>(structs_.size()));
          structs_.push_back({&one, {}, 0});
          tables_.structs.emplace_back();
          break;
        case DeclarationKind::union_type: {
          add_type_name(one, NameKind::union_type, static_cast<u32>(union_declarations_.size()));
          union_declarations_.push_back(&one);
          tables_.unions.emplace_back();
          auto& arms = union_arms_.emplace_back();
          for (const ast::Arm& arm : one.cases) arms.push_back(&arm);
          break;
        }
        case DeclarationKind::custom: {
          add_type_name(one, NameKind::custom, static_cast<u32>(tables_.customs.size()));
          Custom custom;
          custom.name = tables_.intern(one.name);
          custom.reason = tables_.intern(one.comment);
          custom.declaration = declare(one);
          tables_.customs.push_back(custom);
          break;
        }
        case DeclarationKind::syscall: {
          auto [at, fresh] = calls_.try_emplace(one.name);
          if (!fresh) {
            const ast::Declaration& other = *at->second.declaration;
            diagnostics_.error(one.position, "system call '" + one.name + "' is declared already",
                               "at " + files_[other.file].name + ":" + std::to_string(other.position.line));
            break;
          }
          at->second.declaration = &one;
          at->second.file = f;
          break;
        }
        default: break;
      }
    }
  }
  for (const ast::File& file : parsed_)
    for (const ast::Declaration& one : file.declarations)
      if (one.kind == DeclarationKind::extend) apply_extension(one);
  gather_cases();
  for (size_t i = 0; i < set_members_.size(); i++)
    for (const ast::Member* member : set_members_[i])
      if (!member->is_text && !member->is_mask && !member->is_rest && member->value)
        define(member->name, member->position, &*member->value, member->i386 ? &*member->i386 : nullptr,
               tables_.sets[i].declaration);
}

void Checker::apply_extension(const ast::Declaration& one) {
  auto found = type_names_.find(one.name);
  const bool is_set = found != type_names_.end() && found->second.kind == NameKind::set;
  const bool is_union = found != type_names_.end() && found->second.kind == NameKind::union_type;
  if (!is_set && !is_union) {
    std::vector<std::string_view> candidates;
    for (const auto& [name, type] : type_names_)
      if (type.kind == NameKind::set || type.kind == NameKind::union_type) candidates.push_back(name);
    diagnostics_.error(one.position, "there is no enum, flags or union '" + one.name + "' to extend",
                       did_you_mean(one.name, candidates));
    return;
  }
  if (is_set != one.cases.empty() && !(one.cases.empty() && one.members.empty())) {
    diagnostics_.error(one.position, is_set ? "a set is extended by members, not by cases"
                                            : "a union is extended by cases, not by members");
    return;
  }
  for (const ast::Member& member : one.members) set_members_[found->second.index].push_back(&member);
  for (const ast::Arm& arm : one.cases) union_arms_[found->second.index].push_back(&arm);
}

std::optional<Values> Checker::constant_named(const std::string& name) {
  auto found = constant_names_.find(name);
  if (found == constant_names_.end()) return std::nullopt;
  const u32 index = found->second;
  if (constants_[index].state == 2) return constants_[index].values;
  if (constants_[index].state == 1) {
    diagnostics_.error(constants_[index].position, "the value of '" + name + "' depends on itself");
    return Values{};
  }
  constexpr int max_constant_depth = 100;
  if (constant_depth_ >= max_constant_depth) {
    diagnostics_.error(constants_[index].position, "constants refer to each other too deeply (more than 100 in a row)");
    return Values{};
  }
  constant_depth_++;
  constants_[index].state = 1;
  Values values;
  for (u32 layout = 0; layout < layout_count; layout++) {
    const Expression* written = constants_[index].value;
    if (layout == static_cast<u32>(Layout::i386) && constants_[index].i386 != nullptr) written = constants_[index].i386;
    values.value[layout] = fold(*written, layout, layout == 0).value_or(0);
  }
  constants_[index].values = values;
  constants_[index].state = 2;
  constant_depth_--;
  return values;
}

void Checker::unknown_name(Position position, const std::string& name, const Names& names) {
  std::vector<std::string_view> candidates;
  for (const std::string& one : names.slots) candidates.push_back(one);
  if (names.structure != none)
    for (const auto& [field, index] : structs_[names.structure].names) candidates.push_back(field);
  if (names.arguments != nullptr)
    for (u32 index : *names.arguments)
      candidates.push_back(
          std::string_view(tables_.pool).substr(tables_.fields[index].name.offset, tables_.fields[index].name.length));
  for (const auto& [constant, index] : constant_names_) candidates.push_back(constant);
  position.length = static_cast<u32>(name.size());
  diagnostics_.error(position, "unknown name '" + name + "'", did_you_mean(name, candidates));
}

std::optional<u64> Checker::fold_call(const Expression& e, u32 layout, bool report) {
  auto operand = [&](size_t i) { return fold(e.operands[i], layout, report); };
  if (e.text == "min" || e.text == "max" || e.text == "align" || e.text == "udiv" || e.text == "umod") {
    if (e.operands.size() != 2) return std::nullopt;
    auto a = operand(0), b = operand(1);
    if (!a || !b) return std::nullopt;
    if (e.text == "udiv" || e.text == "umod") return *b == 0 ? 0 : e.text == "udiv" ? *a / *b : *a % *b;
    if (e.text == "align") return *b == 0 ? *a : (*a + *b - 1) / *b * *b;
    return e.text == "min" ? std::min<s64>(*a, *b) : std::max<s64>(*a, *b);
  }
  u64 direction = e.text == "_IO" ? 0 : e.text == "_IOW" ? 1 : e.text == "_IOR" ? 2 : e.text == "_IOWR" ? 3 : 4;
  if (direction == 4 || e.operands.size() < 2) return std::nullopt;
  auto type = operand(0), number = operand(1);
  if (!type || !number) return std::nullopt;
  u64 size = 0;
  if (direction != 0) {
    if (!e.type && e.operands.size() == 3) {
      size = operand(2).value_or(0);
    } else if (e.type) {
      size = extent_of(sized_type(*e.type)).size[layout];
    }
  }
  // asm-generic/ioctl.h: direction 30..31, size 16..29, type 8..15, number 0..7
  return direction << 30 | (size & 0x3fff) << 16 | (*type & 0xff) << 8 | (*number & 0xff);
}

std::optional<u64> Checker::fold(const Expression& e, u32 layout, bool report) {
  switch (e.kind) {
    case Expression::Kind::number: return e.number;
    case Expression::Kind::name: {
      if (auto values = constant_named(e.text)) return values->value[layout];
      if (e.text == "wordsize") return layout == static_cast<u32>(Layout::lp64) ? 8 : 4;
      if (e.text == "compat") return layout == static_cast<u32>(Layout::i386) ? 1 : 0;
      if (report) unknown_name(e.position, e.text, {});
      return std::nullopt;
    }
    case Expression::Kind::size_of: return extent_of(sized_type(*e.type)).size[layout];
    case Expression::Kind::unary: {
      auto a = fold(e.operands[0], layout, report);
      if (!a) return std::nullopt;
      return e.text == "-" ? 0 - *a : e.text == "~" ? ~*a : static_cast<u64>(*a == 0);
    }
    case Expression::Kind::conditional: {
      auto a = fold(e.operands[0], layout, report);
      if (!a) return std::nullopt;
      return fold(e.operands[*a != 0 ? 1 : 2], layout, report);
    }
    case Expression::Kind::call: return fold_call(e, layout, report);
    case Expression::Kind::binary: break;
    default:
      if (report) diagnostics_.error(e.position, "a constant is expected here");
      return std::nullopt;
  }
  auto left = fold(e.operands[0], layout, report), right = fold(e.operands[1], layout, report);
  if (!left || !right) return std::nullopt;
  const u64 a = *left, b = *right;
  const auto sa = static_cast<s64>(a), sb = static_cast<s64>(b);
  if ((e.text == "/" || e.text == "%") && (b == 0 || sb == -1)) {
    diagnostics_.error(e.position, "division by 0 or -1 in a constant");
    return std::nullopt;
  }
  if (e.text == "+") return a + b;
  if (e.text == "-") return a - b;
  if (e.text == "*") return a * b;
  if (e.text == "/") return static_cast<u64>(sa / sb);
  if (e.text == "%") return static_cast<u64>(sa % sb);
  if (e.text == "&") return a & b;
  if (e.text == "|") return a | b;
  if (e.text == "^") return a ^ b;
  if (e.text == "<<") return b < 64 ? a << b : 0;
  if (e.text == ">>") return b < 64 ? a >> b : 0;
  if (e.text == "<") return sa < sb;
  if (e.text == "<=") return sa <= sb;
  if (e.text == ">") return sa > sb;
  if (e.text == ">=") return sa >= sb;
  if (e.text == "==") return a == b;
  if (e.text == "!=") return a != b;
  if (e.text == "&&") return a != 0 && b != 0;
  return a != 0 || b != 0;
}

std::optional<Values> Checker::constant_value(const Expression& expression, bool report) {
  Values values;
  for (u32 layout = 0; layout < layout_count; layout++) {
    auto one = fold(expression, layout, report && layout == 0);
    if (!one) return std::nullopt;
    values.value[layout] = *one;
  }
  return values;
}

void Checker::fill_set(u32 index) {
  const ast::Declaration& written = *set_declarations_[index];
  std::vector<Member> members;
  for (const ast::Member* one : set_members_[index]) {
    Member member;
    member.name = tables_.intern(one->name);
    member.is_text = one->is_text;
    member.is_mask = one->is_mask;
    member.is_rest = one->is_rest;
    member.nonzero = one->nonzero;
    if (member.is_mask && written.kind != DeclarationKind::flags) {
      diagnostics_.error(one->position, "'mask' belongs to flags, not to an enum");
      continue;
    }
    Values values;
    if (one->value && (member.is_mask || member.is_text)) {
      values = constant_value(*one->value).value_or(Values{});
    } else if (!member.is_rest) {
      if (auto found = constant_named(one->name))
        values = *found;
      else
        unknown_name(one->position, one->name, {});
    }
    std::copy_n(values.value, layout_count, member.value);
    if (one->shift)
      if (auto shift = constant_value(*one->shift)) member.shift = static_cast<u8>(shift->value[0] & 63);
    if (one->type) {
      ast::Field field;
      field.type = *one->type;
      field.position = one->type->position;
      member.sub_type = make_type(field, {});
    }
    members.push_back(member);
  }
  // What other files add stands before the `rest`, which is the last resort wherever it was written.
  std::stable_partition(members.begin(), members.end(), [](const Member& one) { return !one.is_rest; });
  Set& set = tables_.sets[index];
  set.members = {static_cast<u32>(tables_.members.size()), static_cast<u32>(members.size())};
  tables_.members.insert(tables_.members.end(), members.begin(), members.end());
  for (size_t i = 0; i < members.size(); i++)
    if (members[i].is_mask || members[i].is_rest) set.parts_end = static_cast<u16>(i + 1);
  if (set.is_flags) return;
  for (u32 layout = 0; layout < layout_count; layout++) {
    std::vector<u32> order;
    for (u32 i = 0; i < members.size(); i++)
      if (!members[i].is_rest) order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](u32 a, u32 b) { return members[a].value[layout] < members[b].value[layout]; });
    Range range{static_cast<u32>(tables_.lists.size()), static_cast<u32>(order.size())};
    tables_.lists.insert(tables_.lists.end(), order.begin(), order.end());
    (layout == 0 ? set.by_value : set.by_value_i386) = range;
  }
}

void Checker::fill_sets() {
  for (u32 i = 0; i < tables_.sets.size(); i++) {
    const ast::Declaration& written = *set_declarations_[i];
    if (!written.has_type) continue;
    auto base = base_type(written.type, {}, 0);
    if (!base) continue;
    if (base->kind != TypeKind::integer)
      diagnostics_.error(written.type.position, "the type behind ':' of a set must be an integer");
    tables_.sets[i].width = base->width;
    tables_.sets[i].is_signed = base->is_signed;
  }
  for (u32 i = 0; i < tables_.sets.size(); i++) fill_set(i);
}

void Checker::finish_constants() {
  for (u32 i = 0; i < constants_.size(); i++) {
    constant_named(constants_[i].name);
    Constant one;
    one.name = tables_.intern(constants_[i].name);
    std::copy_n(constants_[i].values.value, layout_count, one.value);
    one.declaration = constants_[i].declaration;
    tables_.constants.push_back(one);
  }
  for (auto [number, constant] : pending_)
    std::copy_n(constants_[constant].values.value, layout_count, tables_.numbers[number].value);
  std::sort(tables_.constants.begin(), tables_.constants.end(), [&](const Constant& a, const Constant& b) {
    return std::string_view(tables_.pool).substr(a.name.offset, a.name.length) <
           std::string_view(tables_.pool).substr(b.name.offset, b.name.length);
  });
}

}  // namespace sysray::describe
