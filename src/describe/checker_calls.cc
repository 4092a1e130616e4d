// System calls: arguments and their registers, multiplexers and their cases, tables of numbers.
#include <algorithm>
#include <array>

#include "describe/checker.h"

namespace sysray::describe {

namespace {

struct ClassName {
  std::string_view name;
  Class bit;
};
constexpr ClassName class_names[] = {{"file", Class::file},
                                     {"desc", Class::desc},
                                     {"process", Class::process},
                                     {"network", Class::network},
                                     {"signal", Class::signal},
                                     {"memory", Class::memory},
                                     {"ipc", Class::ipc},
                                     {"creds", Class::creds},
                                     {"clock", Class::clock},
                                     {"pure", Class::pure},
                                     {"stat", Class::stat},
                                     {"lstat", Class::lstat},
                                     {"fstat", Class::fstat},
                                     {"stat_like", Class::stat_like},
                                     {"statfs", Class::statfs},
                                     {"fstatfs", Class::fstatfs},
                                     {"statfs_like", Class::statfs_like}};

u32 class_bit(std::string_view name) {
  for (const ClassName& one : class_names)
    if (one.name == name) return static_cast<u32>(one.bit);
  return 0;
}

std::string attribute_word(const ast::Expression& e) { return e.kind == ast::Expression::Kind::name ? e.text : ""; }

}  // namespace

// A multiplexer's cases by their first keys: the selectors of one `...`.
struct Checker::CaseNode {
  struct Entry {
    std::vector<ast::Key> keys;
    const ast::Declaration* declaration = nullptr;
    u32 file = 0;
    struct Deeper {
      const ast::Declaration* declaration;
      std::vector<ast::Key> keys;  // those that are left
      u32 file;
    };
    std::vector<Deeper> deeper;
  };
  std::vector<Entry> entries;
  const ast::Declaration* fallback = nullptr;
};

// Cases are declared in any file: each joins its call here. `ioctl NAME = VALUE(...)` defines constants on the way.
void Checker::gather_cases() {
  for (u32 f = 0; f < parsed_.size(); f++) {
    for (ast::Declaration& one : parsed_[f].declarations) {
      const bool is_case = one.kind == ast::Declaration::Kind::call_case;
      if (!is_case && one.kind != ast::Declaration::Kind::fallback) continue;
      auto found = calls_.find(one.name);
      if (found == calls_.end() || !found->second.declaration->dispatches) {
        std::vector<std::string_view> candidates = {"syscall", "struct", "flags",     "enum",   "union",
                                                    "format",  "const",  "type",      "extend", "default",
                                                    "abi",     "custom", "subsystem", "class"};
        for (const auto& [name, call] : calls_)
          if (call.declaration->dispatches) candidates.push_back(name);
        diagnostics_.error(one.position, "'" + one.name + "' is neither a declaration nor a call that ends in '...'",
                           did_you_mean(one.name, candidates));
        continue;
      }
      found->second.cases.emplace_back(&one, f);
      for (std::vector<ast::Key>& tuple : one.keys) {
        for (ast::Key& key : tuple) {
          if (!key.defined) continue;
          define(key.name, key.position, &*key.defined, nullptr, declare(one));
          const auto& selectors = found->second.declaration->fields;
          if (selectors.empty()) continue;
          auto set = type_names_.find(selectors.back().type.name);
          // A union shows most of its numbers by its default case.
          if (set != type_names_.end() && set->second.kind == NameKind::union_type)
            for (const ast::Arm& arm : set->second.declaration->cases)
              if (arm.keys.empty() && !arm.fields.empty()) {
                set = type_names_.find(arm.fields[0].type.name);
                break;
              }
          if (set == type_names_.end() || set->second.kind != NameKind::set) continue;
          auto member = std::make_unique<ast::Member>();
          member->position = key.position;
          member->name = key.name;
          set_members_[set->second.index].push_back(member.get());
          defined_members_.push_back(std::move(member));
        }
      }
    }
  }
}

void Checker::argument(u32 index, const ast::Field& written, const Names& outer, u32 (&registers)[layout_count]) {
  bool uses_exit = false;
  Names names = outer;
  names.uses_exit = &uses_exit;
  const u32 type_index = make_type(written, names);
  Field field = tables_.fields[index];
  field.type = type_index;
  common_attributes(field, written, names);
  field.exit_only = uses_exit && written.direction != Direction::out && written.direction != Direction::inout;
  const Type& type = tables_.types[type_index];
  if (type.kind == TypeKind::pointer && type.ref != none && field.direction == Direction::none && !field.padding) {
    const TypeKind target = tables_.types[type.ref].kind;
    if (target != TypeKind::none)
      diagnostics_.error(written.position, "argument '" + written.name + "' points to memory: its direction is missing",
                         "expected in, out or inout before the type, or a plain 'void *'");
  }
  if (type.kind == TypeKind::structure || type.kind == TypeKind::array)
    diagnostics_.error(written.position,
                       "a register holds no " + std::string(type.kind == TypeKind::array ? "array" : "struct"),
                       "a pointer is written with '*'");
  if (!field.from_expression) {
    for (u32 layout = 0; layout < layout_count; layout++) {
      field.offset[layout] = registers[layout];
      const bool two = layout == static_cast<u32>(Layout::i386) && type.width == 8 && type.kind != TypeKind::pointer &&
                       type.kind != TypeKind::address;
      registers[layout] += two ? 2 : 1;
    }
  }
  tables_.fields[index] = field;
}

// `int a = b, int b = a`: the decoder would follow it for ever.
void Checker::check_circles(const std::vector<u32>& arguments) {
  for (u32 start : arguments) {
    std::vector<u32> path = {start};
    std::vector<u32> seen;
    while (!path.empty()) {
      const Field field = tables_.fields[path.back()];
      path.pop_back();
      if (!field.from_expression) continue;
      const Range code = tables_.exprs[field.value].code;
      for (u32 i = 0; i < code.count; i++) {
        const Instruction& in = tables_.instructions[code.first + i];
        const bool names_one =
            in.op == Op::argument || in.op == Op::deref || in.op == Op::old_deref || in.op == Op::whole;
        if (!names_one && in.op != Op::argument_member) continue;
        const u32 named = names_one ? in.operand : tables_.lists[in.operand + 1];
        if (named == start) {
          const ast::Field& written = *field_info_[start].written;
          diagnostics_.error(written.position, "the value of '" + written.name + "' depends on itself");
          return;
        }
        if (std::find(seen.begin(), seen.end(), named) != seen.end()) continue;
        seen.push_back(named);
        path.push_back(named);
      }
    }
  }
}

u32 Checker::result_type(const ast::Declaration& one, const Names& names) {
  if (!one.has_result) return none;
  ast::Field written = one.result;
  for (const ast::Attribute& attribute : one.attributes)
    for (std::string_view name : {"hex", "oct", "dec", "minus1", "hex0", "time", "comment"})
      if (attribute.name == name) written.attributes.push_back(attribute);
  return make_type(written, names);
}

u32 Checker::signature(const ast::Declaration& one, const std::vector<u32>& outer, const u32 (&registers)[layout_count],
                       std::vector<u32>& all, u32 (&behind)[layout_count]) {
  StructInfo unused;
  const Range range = plan_fields(one.fields, unused, 0);
  all = outer;
  for (u32 i = 0; i < range.count; i++) all.push_back(range.first + i);
  // The place in the table is taken first, then filled: expressions may name any argument, and directions are known.
  for (u32 i = 0; i < range.count; i++) tables_.fields[range.first + i].direction = one.fields[i].direction;
  Names names;
  names.arguments = &all;
  std::copy_n(registers, layout_count, behind);
  for (u32 i = 0; i < range.count; i++) {
    if (one.fields[i].kind != ast::Field::Kind::plain) {
      diagnostics_.error(one.fields[i].position, "arguments are plain: 'switch' and 'use' belong to structs");
      continue;
    }
    argument(range.first + i, one.fields[i], names, behind);
  }
  check_circles(all);
  check_call_attributes(one);
  Signature made;
  made.arguments = range;
  made.result = result_type(one, names);
  made.notes = alternatives(one.alternatives, names);
  tables_.signatures.push_back(made);
  return static_cast<u32>(tables_.signatures.size() - 1);
}

void Checker::add_case_keys(const ast::Key& key, Values& first, Values& last, u32 selector_type) {
  if (!key.first) {
    for (u32 layout = 0; layout < layout_count; layout++) {
      first.value[layout] = static_cast<u64>(INT64_MIN);
      last.value[layout] = static_cast<u64>(INT64_MAX);
    }
    return;
  }
  first = constant_value(*key.first).value_or(Values{});
  last = key.last ? constant_value(*key.last).value_or(first) : first;
  if (selector_type == none) return;
  const Type& type = tables_.types[selector_type];
  if (type.width == 0 || type.width >= 8) return;
  // As the selector's register is read: cut to its width, then extended by its sign.
  const u32 shift = 64 - type.width * 8u;
  for (u32 layout = 0; layout < layout_count; layout++)
    for (u64* value : {&first.value[layout], &last.value[layout]})
      *value = type.is_signed ? static_cast<u64>(static_cast<s64>(*value << shift) >> shift) : *value << shift >> shift;
}

void Checker::sort_cases(std::vector<Case>& cases, bool single) {
  if (!single) {
    // Exact keys before `*`.
    auto wildcards = [&](const Case& one) {
      u32 n = 0;
      for (u32 i = 0; i < one.keys.count; i++) n += tables_.key_ranges[one.keys.first + i].first == INT64_MIN;
      return n;
    };
    std::stable_sort(cases.begin(), cases.end(),
                     [&](const Case& a, const Case& b) { return wildcards(a) < wildcards(b); });
    return;
  }
  auto first = [&](const Case& one) { return tables_.key_ranges[one.keys.first].first; };
  std::stable_sort(cases.begin(), cases.end(), [&](const Case& a, const Case& b) { return first(a) < first(b); });
  // Names that share a number: the first declaration stands (ioctls of different drivers).
  cases.erase(
      std::unique(cases.begin(), cases.end(), [&](const Case& a, const Case& b) { return first(a) == first(b); }),
      cases.end());
}

void Checker::fill_dispatch(u32 owner, const ast::Declaration& one, CaseNode& node, const std::vector<u32>& arguments,
                            const u32 (&registers)[layout_count]) {
  Names names;
  names.arguments = &arguments;
  std::vector<u32> selectors;
  std::vector<u32> selector_types;
  for (const ast::Expression& written : one.selectors) {
    selectors.push_back(expression(written, names));
    u32 type = none;
    if (written.kind == ast::Expression::Kind::name)
      for (u32 index : arguments)
        if (field_info_[index].written != nullptr && field_info_[index].written->name == written.text)
          type = tables_.fields[index].type;
    selector_types.push_back(type);
  }
  if (selectors.empty()) {
    if (arguments.empty()) {
      diagnostics_.error(one.position, "'...' needs an argument before it that picks the case, or 'by (...)'");
      return;
    }
    std::vector<Instruction> code;
    push(code, Op::argument, arguments.back());
    Expr expr;
    expr.code = {static_cast<u32>(tables_.instructions.size()), 1};
    tables_.instructions.push_back(code[0]);
    selectors.push_back(static_cast<u32>(tables_.exprs.size()));
    tables_.exprs.push_back(expr);
    selector_types.push_back(tables_.fields[arguments.back()].type);
  }
  std::vector<Case> cases;
  u32 fallback = none;
  std::map<std::string, const ast::Declaration*> named;
  for (CaseNode::Entry& entry : node.entries) {
    std::string name;
    for (const ast::Key& key : entry.keys) name += (name.empty() ? "" : ".") + (key.name.empty() ? "*" : key.name);
    const bool plain = std::all_of(entry.keys.begin(), entry.keys.end(),
                                   [](const ast::Key& key) { return !key.first || !key.name.empty(); });
    if (auto [other, fresh] = named.try_emplace(name, entry.declaration); plain && !fresh)
      diagnostics_.error(entry.keys[0].position, "case '" + name + "' of " + one.name + " is declared already",
                         "at " + files_[other->second->file].name + ":" + std::to_string(other->second->position.line));
    u32 behind[layout_count];
    std::vector<u32> all;
    const u32 made = signature(*entry.declaration, arguments, registers, all, behind);
    max_registers_ = std::max(max_registers_, behind[0]);
    if (entry.declaration->dispatches) {
      CaseNode inner;
      for (const CaseNode::Entry::Deeper& deeper : entry.deeper) {
        if (deeper.declaration->kind == ast::Declaration::Kind::fallback)
          inner.fallback = deeper.declaration;
        else
          inner.entries.push_back({deeper.keys, deeper.declaration, deeper.file, {}});
      }
      fill_dispatch(made, *entry.declaration, inner, all, behind);
    }
    if (selectors.size() == 1 && !entry.keys[0].first) {
      // `*` alone is the default.
      if (node.fallback != nullptr)
        diagnostics_.error(entry.keys[0].position, "'*' stands for the default, which " + one.name + " has already");
      fallback = made;
      continue;
    }
    for (u32 layout = 0; layout < layout_count; layout++) {
      Case one_case;
      std::vector<KeyRange> ranges;
      bool differs = false;
      for (size_t i = 0; i < selectors.size(); i++) {
        Values first, last;
        if (i < entry.keys.size()) add_case_keys(entry.keys[i], first, last, selector_types[i]);
        differs |= first.value[0] != first.value[1];
        ranges.push_back({static_cast<s64>(first.value[layout]), static_cast<s64>(last.value[layout])});
      }
      if (layout == 1 && !differs) break;
      one_case.keys = {static_cast<u32>(tables_.key_ranges.size()), static_cast<u32>(ranges.size())};
      tables_.key_ranges.insert(tables_.key_ranges.end(), ranges.begin(), ranges.end());
      one_case.signature = made;
      one_case.declaration = declare(*entry.declaration);
      one_case.subsystem = entry.file;
      cases.push_back(one_case);
    }
  }
  sort_cases(cases, selectors.size() == 1);
  for (size_t i = 1; selectors.size() == 1 && i < cases.size(); i++) {
    const auto key = [&](const Case& each) { return tables_.key_ranges[each.keys.first]; };
    if (key(cases[i - 1]).last < key(cases[i]).first) continue;
    diagnostics_.error(one.position,
                       "keys of two cases of '" + one.name + "' overlap: " + std::to_string(key(cases[i]).first) +
                           " is in the range that begins with " + std::to_string(key(cases[i - 1]).first));
    break;
  }
  Dispatch dispatch;
  dispatch.fallback = fallback;
  dispatch.selectors = {static_cast<u32>(tables_.lists.size()), static_cast<u32>(selectors.size())};
  tables_.lists.insert(tables_.lists.end(), selectors.begin(), selectors.end());
  dispatch.cases = {static_cast<u32>(tables_.cases.size()), static_cast<u32>(cases.size())};
  tables_.cases.insert(tables_.cases.end(), cases.begin(), cases.end());
  if (node.fallback != nullptr) {
    u32 behind[layout_count];
    std::vector<u32> all;
    dispatch.fallback = signature(*node.fallback, arguments, registers, all, behind);
    max_registers_ = std::max(max_registers_, behind[0]);
  }
  tables_.signatures[owner].dispatch = static_cast<u32>(tables_.dispatches.size());
  tables_.dispatches.push_back(dispatch);
}

u32 Checker::classes_of(const CallInfo& call) {
  u32 classes = 0;
  u32 removed = 0;
  for (const std::string& name : parsed_[call.file].classes) classes |= class_bit(name);
  for (u32 index : call.arguments) {
    const u32 type_index = tables_.fields[index].type;
    if (type_index == none) continue;
    const Type& type = tables_.types[type_index];
    if (type.kind == TypeKind::semantic && (type.semantic == Semantic::fd || type.semantic == Semantic::dirfd))
      classes |= static_cast<u32>(Class::desc);
    if (type.kind == TypeKind::pointer && type.ref != none && tables_.types[type.ref].kind == TypeKind::path)
      classes |= static_cast<u32>(Class::file);
  }
  for (const ast::Attribute& one : call.declaration->attributes) {
    if (one.name != "class" && one.name != "noclass") continue;
    for (const ast::Expression& value : one.values) {
      const u32 bit = class_bit(attribute_word(value));
      if (bit == 0) {
        std::vector<std::string_view> candidates;
        for (const ClassName& name : class_names) candidates.push_back(name.name);
        diagnostics_.error(value.position, "unknown class '" + attribute_word(value) + "'",
                           did_you_mean(attribute_word(value), candidates));
      }
      (one.name == "class" ? classes : removed) |= bit;
    }
  }
  return classes & ~removed;
}

// @closes(FIRST, LAST), @unshares(COND), @untold(COND), @enters(FLAGS)
void Checker::task_fact(Syscall& made, const ast::Attribute& attribute, const std::vector<u32>& arguments) {
  Names names;
  names.arguments = &arguments;
  const bool closes = attribute.name == "closes";
  if (attribute.values.size() != (closes ? 2 : 1)) {
    diagnostics_.error(attribute.position, closes
                                               ? "'@closes' takes the first and the last descriptor that the call ends"
                                               : "'@" + attribute.name + "' takes one expression");
    return;
  }
  if (!closes) {
    u32& fact = attribute.name == "enters" ? made.enters : attribute.name == "untold" ? made.untold : made.unshares;
    fact = expression(attribute.values[0], names);
    return;
  }
  made.closes_first = expression(attribute.values[0], names);
  made.closes_last = expression(attribute.values[1], names);
}

void Checker::fill_calls() {
  for (auto& [name, call] : calls_) {
    const ast::Declaration& one = *call.declaration;
    const u32 none_used[layout_count] = {0, 0};
    u32 behind[layout_count];
    max_registers_ = 0;
    call.signature = signature(one, {}, none_used, call.arguments, behind);
    max_registers_ = std::max(max_registers_, behind[0]);
    Syscall made;
    made.name = tables_.intern(name);
    made.display = made.name;
    made.signature = call.signature;
    made.subsystem = call.file;
    made.declaration = declare(one);
    made.in_depth = true;
    made.names_sockets = std::ranges::any_of(
        call.arguments, [this](u32 index) { return tables_.fields[index].socket_end != SocketEnd::none; });
    for (const ast::Attribute& attribute : one.attributes) {
      if (attribute.name == "noreturn") made.noreturn = true;
      if (attribute.name == "new_program") made.new_program = true;
      if (attribute.name == "never_fails") made.never_fails = true;
      if (attribute.name == "resumes") made.resumes = true;
      if (attribute.name == "prototype") made.in_depth = false;
      if (attribute.name == "closes" || attribute.name == "unshares" || attribute.name == "enters" ||
          attribute.name == "untold")
        task_fact(made, attribute, call.arguments);
      if (attribute.name == "name" && !attribute.strings.empty()) made.display = tables_.intern(attribute.strings[0]);
    }
    if (one.dispatches) {
      const size_t selectors = std::max<size_t>(one.selectors.size(), 1);
      CaseNode node;
      for (auto [declared, file] : call.cases)
        if (declared->kind == ast::Declaration::Kind::call_case)
          for (const std::vector<ast::Key>& tuple : declared->keys)
            if (tuple.size() <= selectors) node.entries.push_back({tuple, declared, file, {}});
      for (auto [declared, file] : call.cases) {
        if (declared->kind == ast::Declaration::Kind::fallback && declared->keys.empty()) {
          node.fallback = declared;
          continue;
        }
        for (const std::vector<ast::Key>& tuple : declared->keys) {
          const bool deeper = tuple.size() > selectors || declared->kind == ast::Declaration::Kind::fallback;
          if (!deeper) continue;
          bool placed = false;
          for (CaseNode::Entry& entry : node.entries) {
            bool same = entry.declaration->dispatches && entry.keys.size() <= tuple.size();
            for (size_t i = 0; same && i < entry.keys.size(); i++) same = entry.keys[i].name == tuple[i].name;
            if (!same) continue;
            entry.deeper.push_back(
                {declared, {tuple.begin() + static_cast<long>(entry.keys.size()), tuple.end()}, file});
            placed = true;
          }
          if (!placed)
            diagnostics_.error(tuple[0].position,
                               "there is no case '" + tuple[0].name + "' of " + name + " that ends in '...'");
        }
      }
      fill_dispatch(call.signature, one, node, call.arguments, behind);
    }
    made.classes = classes_of(call);
    made.register_count = static_cast<u8>(std::min(max_registers_, 6u));
    call.syscall = static_cast<u32>(tables_.syscalls.size());
    tables_.syscalls.push_back(made);
  }
}

void Checker::fill_tables() {
  constexpr std::array<std::string_view, table_count> names = {"x86_64", "i386", "x32"};
  constexpr u64 max_number = 4096;
  for (const ast::File& file : parsed_) {
    for (const ast::Declaration& one : file.declarations) {
      if (one.kind != ast::Declaration::Kind::abi) continue;
      const auto at = std::find(names.begin(), names.end(), one.name);
      if (at == names.end()) {
        diagnostics_.error(one.position, "unknown ABI '" + one.name + "'", "expected x86_64, i386 or x32");
        continue;
      }
      auto& table = tables_.tables[at - names.begin()];
      for (const ast::Declaration::Entry& entry : one.entries) {
        if (entry.number >= max_number) {
          diagnostics_.error(entry.position,
                             "the number of a system call is at most " + std::to_string(max_number - 1));
          continue;
        }
        auto call = calls_.find(entry.declaration);
        if (call == calls_.end()) {
          if (options_.allow_missing) continue;
          std::vector<std::string_view> candidates;
          for (const auto& [name, info] : calls_) candidates.push_back(name);
          diagnostics_.error(entry.position, "there is no declaration 'syscall " + entry.declaration + "'",
                             did_you_mean(entry.declaration, candidates));
          continue;
        }
        if (table.size() <= entry.number) table.resize(entry.number + 1);
        table[entry.number] = {tables_.intern(entry.name), static_cast<u32>(entry.number), call->second.syscall};
      }
    }
  }
}

void Checker::run() {
  collect();
  if (diagnostics_.any()) return;
  union_states_.resize(union_declarations_.size());
  for (u32 i = 0; i < structs_.size(); i++) plan_struct(i);
  fill_sets();
  for (u32 i = 0; i < union_declarations_.size(); i++) fill_union(i);
  fill_structs();
  find_directions();
  fill_formats();
  fill_calls();
  fill_tables();
  finish_constants();
  // Types that the decoder asks for by name, without a use in a description.
  for (u32 i = 0; i < tables_.structs.size(); i++) {
    if (tables_.structs[i].parameters.count != 0 || tables_.structs[i].name.length == 0) continue;
    Type type;
    type.kind = TypeKind::structure;
    type.ref = i;
    add_type(type);
  }
}

}  // namespace sysray::describe
