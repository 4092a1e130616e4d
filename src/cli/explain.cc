// Pages about things of the model.
#include "cli/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "cli/expression_text.h"
#include "describe/capture_text.h"

namespace sysray::cli {

namespace {

using describe::Model;
using describe::none;
using describe::Range;

constexpr std::array abi_names = {"x86_64", "i386", "x32"};

class Explainer {
 public:
  Explainer(const Model& model, const std::vector<describe::SourceFile>& sources, std::string_view name)
      : model_(model), sources_(sources), name_(name) {}

  std::string run() {
    for (u32 i = 0; i < model_.syscalls.size(); i++) {
      const auto& call = model_.syscalls[i];
      if (text(call.name) == name_ || text(call.display) == name_) explain_call(i);
    }
    explain_cases();
    for (const auto& one : model_.structs) {
      if (text(one.name) == name_) explain_struct(one);
    }
    for (const auto& one : model_.sets) {
      if (text(one.name) == name_) explain_set(one);
    }
    for (const auto& one : model_.unions) {
      if (text(one.name) == name_) explain_plain("union", one.declaration);
    }
    for (const auto& one : model_.formats) {
      if (text(one.name) == name_) explain_plain("format", one.declaration);
    }
    for (const auto& one : model_.customs) {
      if (text(one.name) == name_) explain_plain("custom kind", one.declaration);
    }
    explain_constant();
    return std::move(page_);
  }

 private:
  std::string_view text(describe::Str s) const { return model_.text(s); }

  void heading(std::string_view what) {
    if (!page_.empty()) page_ += "\n";
    page_ += fmt::format("{}\n", what);
  }
  void fact(std::string_view label, std::string_view value) {
    if (!value.empty()) page_ += fmt::format("  {:<10} {}\n", label, value);
  }

  // Where a thing is declared, its documentation, and the declaration itself.
  void declaration(u32 index) {
    if (index >= model_.declarations.size()) return;
    const describe::Declaration& one = model_.declarations[index];
    fact("declared", fmt::format("{}:{}", text(one.file), one.line));
    if (one.documentation.length) {
      page_ += "\n";
      add_indented(text(one.documentation), 2);
    }
    auto file = std::ranges::find(sources_, text(one.file), &describe::SourceFile::name);
    if (file == sources_.end()) return;
    std::string_view lines = declaration_text(file->text, one.line);
    page_ += "\n";
    add_indented(lines, 4);
  }
  void add_indented(std::string_view lines, size_t columns) {
    while (!lines.empty()) {
      std::string_view line = lines.substr(0, lines.find('\n'));
      page_ += fmt::format("{:{}}{}\n", "", columns, line);
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    }
  }

  void explain_call(u32 index) {
    const describe::Syscall& call = model_.syscalls[index];
    const describe::Signature& signature = model_.signatures[call.signature];
    heading(fmt::format("system call {}", text(call.display)));
    std::string numbers;
    for (size_t abi = 0; abi < describe::table_count; abi++) {
      for (u32 number = 0; number < model_.tables[abi].size(); number++) {
        if (model_.tables[abi][number].syscall != index) continue;
        numbers += fmt::format("{}{} {}", numbers.empty() ? "" : ", ", abi_names[abi], number);
      }
    }
    fact("numbers", numbers);
    fact("classes", fmt::format("{}", fmt::join(class_names(call.classes), " ")));
    const describe::Subsystem& subsystem = model_.subsystems[call.subsystem];
    fact("subsystem", fmt::format("{}: {}", text(subsystem.name), text(subsystem.title)));
    arguments(signature.arguments);
    fact("returns", call.noreturn ? "never" : type_text(model_, signature.result));
    cases(signature);
    captured(index, nullptr);
    see_also(signature.arguments, signature.result);
    declaration(call.declaration);
  }

  // What the capture plan copies for the call, or for a case of it, by the first ABI that has the call.
  void captured(u32 index, const describe::Case* one) {
    const describe::Syscall& call = model_.syscalls[index];
    for (u32 abi = 0; abi < describe::table_count; abi++) {
      for (u32 number = 0; number < model_.tables[abi].size() && number < describe::CAPTURE_MAX_CALLS; number++) {
        if (model_.tables[abi][number].syscall != index) continue;
        describe::CaptureNaming naming;
        naming.add(model_, model_.signatures[call.signature], abi);
        if (one != nullptr) naming.add(model_, model_.signatures[one->signature], abi);
        const describe::capture_program& program = model_.capture_programs[abi * describe::CAPTURE_MAX_CALLS + number];
        captured("at entry", program.entry, one, naming);
        captured("at exit", program.exit, one, naming);
        return;
      }
    }
  }
  void captured(std::string label, describe::capture_range program, const describe::Case* one,
                const describe::CaptureNaming& naming) {
    if (one != nullptr) program = describe::capture_of_case(model_, program, *one);
    if (describe::capture_is_choice(model_, program)) return fact(label, "as its case says");
    for (const std::string& line : describe::capture_text(model_, program, naming)) {
      fact(label, line);
      label.clear();
    }
  }

  void arguments(Range fields) {
    std::string label = "arguments";
    for (u32 i = 0; i < fields.count; i++) {
      const describe::Field& field = model_.fields[fields.first + i];
      constexpr std::string_view directions[] = {"", "in ", "out ", "in and out "};
      std::string line = fmt::format("{}: {}{}", field.name.length ? text(field.name) : "(unused)",
                                     directions[static_cast<size_t>(field.direction)], type_text(model_, field.type));
      if (field.condition != none) line += ", if " + expression_text(model_, field.condition);
      fact(label, line);
      label = "";
    }
  }

  void cases(const describe::Signature& signature) {
    if (signature.dispatch == none) return;
    const describe::Dispatch& dispatch = model_.dispatches[signature.dispatch];
    std::string selectors;
    for (u32 i = 0; i < dispatch.selectors.count; i++) {
      selectors += (i ? ", " : "") + expression_text(model_, model_.lists[dispatch.selectors.first + i]);
    }
    fact("cases", fmt::format("{} by {}", dispatch.cases.count, selectors));
  }

  // Types with names that the fields use.
  void see_also(Range fields, u32 result) {
    std::set<std::string_view> names;
    for (u32 i = 0; i < fields.count; i++) collect_names(model_.fields[fields.first + i].type, names);
    collect_names(result, names);
    fact("see also", fmt::format("{}", fmt::join(names, ", ")));
  }
  void collect_names(u32 index, std::set<std::string_view>& names) const {
    if (index == none) return;
    const describe::Type& type = model_.types[index];
    if (auto name = type_name(model_, type); !name.empty()) names.insert(name);
    if (type.kind == describe::TypeKind::pointer || type.kind == describe::TypeKind::array) {
      collect_names(type.ref, names);
    }
  }

  // Cases of calls (ioctl TCGETS) whose key is the constant with this name.
  void explain_cases() {
    auto constant = std::ranges::find(model_.constants, name_, [this](const auto& c) { return text(c.name); });
    if (constant == model_.constants.end()) return;
    const auto value = static_cast<s64>(constant->value[0]);
    for (const describe::Syscall& call : model_.syscalls) {
      const u32 index = model_.signatures[call.signature].dispatch;
      if (index == none) continue;
      const Range cases = model_.dispatches[index].cases;
      for (u32 i = 0; i < cases.count; i++) {
        const describe::Case& one = model_.cases[cases.first + i];
        if (has_key(one, value) && mentions_name(one)) explain_case(call, one);
      }
    }
  }
  bool has_key(const describe::Case& one, s64 value) const {
    for (u32 i = 0; i < one.keys.count; i++) {
      const describe::KeyRange& key = model_.key_ranges[one.keys.first + i];
      if (key.first == value && key.last == value) return true;
    }
    return false;
  }
  // Other constants have the same value: the declaration must name this one.
  bool mentions_name(const describe::Case& one) const {
    if (one.declaration >= model_.declarations.size()) return false;
    const describe::Declaration& where = model_.declarations[one.declaration];
    auto file = std::ranges::find(sources_, text(where.file), &describe::SourceFile::name);
    return file != sources_.end() && declaration_text(file->text, where.line).find(name_) != std::string_view::npos;
  }
  void explain_case(const describe::Syscall& call, const describe::Case& one) {
    const describe::Signature& signature = model_.signatures[one.signature];
    heading(fmt::format("{} {}", text(call.display), name_));
    arguments(signature.arguments);
    if (signature.result != none) fact("returns", type_text(model_, signature.result));
    captured(static_cast<u32>(&call - model_.syscalls.data()), &one);
    see_also(signature.arguments, signature.result);
    declaration(one.declaration);
  }

  void explain_struct(const describe::Struct& one) {
    heading(fmt::format("struct {}", text(one.name)));
    fact("size", one.size[0] == one.size[1] ? fmt::format("{} bytes", one.size[0])
                                            : fmt::format("{} bytes, {} on i386", one.size[0], one.size[1]));
    std::string label = "fields";
    for (u32 i = 0; i < one.fields.count; i++) {
      const describe::Field& field = model_.fields[one.fields.first + i];
      if (field.type == none || field.padding) continue;
      fact(label, fmt::format("{:>4} {}: {}", field.offset[0], text(field.name),
                              type_text(model_, field.type, one.parameters)));
      label = "";
    }
    see_also(one.fields, none);
    declaration(one.declaration);
  }

  void explain_set(const describe::Set& one) {
    heading(fmt::format("{} {}", one.is_flags ? "flags" : "enum", text(one.name)));
    for (u32 i = 0; i < one.members.count; i++) {
      const describe::Member& member = model_.members[one.members.first + i];
      if (member.is_rest) continue;
      const std::string_view name = member.is_mask ? "(mask)" : text(member.name);
      std::string value =
          one.is_flags ? fmt::format("{:#x}", member.value[0]) : fmt::format("{}", static_cast<s64>(member.value[0]));
      if (member.sub_type != none) value += " of " + type_text(model_, member.sub_type);
      page_ += fmt::format("  {:<30} {}\n", name, value);
    }
    declaration_place(one.declaration);
  }
  void declaration_place(u32 index) {
    if (index >= model_.declarations.size()) return;
    const describe::Declaration& where = model_.declarations[index];
    fact("declared", fmt::format("{}:{}", text(where.file), where.line));
  }

  void explain_plain(std::string_view what, u32 index) {
    heading(fmt::format("{} {}", what, name_));
    declaration(index);
  }

  void explain_constant() {
    for (const describe::Constant& one : model_.constants) {
      if (text(one.name) != name_) continue;
      heading(fmt::format("constant {}", name_));
      fact("value", fmt::format("{:#x}, {}", one.value[0], static_cast<s64>(one.value[0])));
      if (one.value[0] != one.value[1]) fact("on i386", fmt::format("{:#x}", one.value[1]));
      fact("in", fmt::format("{}", fmt::join(sets_with(name_), ", ")));
      declaration_place(one.declaration);
    }
  }
  std::vector<std::string_view> sets_with(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const describe::Set& set : model_.sets) {
      for (u32 i = 0; i < set.members.count; i++) {
        if (text(model_.members[set.members.first + i].name) == name) names.push_back(text(set.name));
      }
    }
    return names;
  }

  const Model& model_;
  const std::vector<describe::SourceFile>& sources_;
  std::string_view name_;
  std::string page_;
};

}  // namespace

std::string explain(const Model& model, const std::vector<describe::SourceFile>& sources, std::string_view name) {
  return Explainer(model, sources, name).run();
}

std::vector<std::string_view> explainable_names(const Model& model) {
  std::vector<std::string_view> names;
  auto add = [&](const auto& things) {
    for (const auto& one : things) names.push_back(model.text(one.name));
  };
  add(model.syscalls);
  add(model.structs);
  add(model.sets);
  add(model.unions);
  add(model.formats);
  add(model.customs);
  add(model.constants);
  return names;
}

std::string_view declaration_text(std::string_view source, u32 line) {
  for (u32 i = 1; i < line && !source.empty(); i++) {
    const size_t end = source.find('\n');
    source.remove_prefix(end == std::string_view::npos ? source.size() : end + 1);
  }
  int depth = 0;
  for (size_t at = 0; at < source.size(); at++) {
    const char c = source[at];
    if (c == '"') {
      for (at++; at < source.size() && source[at] != '"'; at++) at += source[at] == '\\';
    } else if (c == '/' && source.substr(at, 2) == "//") {
      at = std::min(source.find('\n', at), source.size()) - 1;
    } else if (c == '{' || c == '(' || c == '[') {
      depth++;
    } else if (c == '}' || c == ')' || c == ']') {
      if (--depth == 0 && c == '}' && source.substr(at, 2) != "};") return source.substr(0, at + 1);
    } else if (c == ';' && depth == 0) {
      return source.substr(0, at + 1);
    }
  }
  return source.substr(0, source.find('\n'));
}

std::vector<std::string_view> class_names(u32 bits) {
  constexpr std::string_view names[] = {"%file",  "%desc",  "%process", "%network", "%signal", "%memory",
                                        "%ipc",   "%creds", "%clock",   "%pure",    "%stat",   "%lstat",
                                        "%fstat", "%%stat", "%statfs",  "%fstatfs", "%%statfs"};
  std::vector<std::string_view> set;
  for (size_t bit = 0; bit < std::size(names); bit++) {
    if (bits & (1u << bit)) set.push_back(names[bit]);
  }
  return set;
}

}  // namespace sysray::cli
