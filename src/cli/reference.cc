// Pages of the reference manual, written from the model and the declarations' own text.
#include "cli/reference.h"

#include <errno.h>
#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>

#include "cli/explain.h"
#include "cli/expression_text.h"

namespace sysray::cli {

namespace {

using describe::Declaration;
using describe::Model;
using describe::none;
using describe::Range;
using describe::Subsystem;

constexpr std::array abi_names = {"x86_64", "i386", "x32"};
constexpr std::string_view generated =
    "<!-- Written by `make reference` from the descriptions; edit those instead. -->\n";

// A call and the cases that other files add to it stand on the pages of the files that declare them.
class PageWriter {
 public:
  PageWriter(const Model& model, const std::vector<describe::SourceFile>& sources, const Subsystem& subsystem)
      : model_(model), subsystem_(subsystem) {
    auto file = std::ranges::find(sources, text(subsystem.file), &describe::SourceFile::name);
    if (file != sources.end()) source_ = file->text;
  }

  // Empty: there is nothing to tell.
  std::string run() {
    calls();
    cases();
    named("Structures", model_.structs, [this](const auto& one) { layout(one); });
    sets();
    named("Unions", model_.unions, [this](const auto& one) { code(one.declaration); });
    named("Formats", model_.formats, [this](const auto& one) { code(one.declaration); });
    if (page_.empty()) return {};
    return fmt::format("{}# {}\n\nSubsystem `{}`, declared in `{}`.\n{}", generated, text(subsystem_.title),
                       text(subsystem_.name), text(subsystem_.file), page_);
  }

  size_t call_count() const { return calls_; }
  size_t case_count() const { return cases_; }

 private:
  std::string_view text(describe::Str s) const { return model_.text(s); }
  bool here(u32 declaration) const {
    return declaration < model_.declarations.size() &&
           text(model_.declarations[declaration].file) == text(subsystem_.file);
  }
  void section(std::string_view title, bool& begun) {
    if (!begun) page_ += fmt::format("\n## {}\n", title);
    begun = true;
  }
  void heading(std::string_view name) { page_ += fmt::format("\n### {}\n\n", name); }
  void documentation(u32 declaration) {
    const auto& one = model_.declarations[declaration].documentation;
    if (one.length) page_ += fmt::format("{}\n\n", text(one));
  }
  void code(u32 declaration) {
    documentation(declaration);
    page_ += fmt::format("```\n{}\n```\n", declaration_text(source_, model_.declarations[declaration].line));
  }

  void calls() {
    bool begun = false;
    for (u32 i = 0; i < model_.syscalls.size(); i++) {
      const describe::Syscall& call = model_.syscalls[i];
      if (!here(call.declaration)) continue;
      section("System calls", begun);
      calls_++;
      heading(text(call.name));
      code(call.declaration);
      page_ += "\n" + numbers(i);
      const auto classes = class_names(call.classes);
      if (!classes.empty()) page_ += fmt::format("- classes: `{}`\n", fmt::join(classes, "` `"));
      const u32 dispatch = model_.signatures[call.signature].dispatch;
      if (dispatch != none) page_ += fmt::format("- cases: {}\n", model_.dispatches[dispatch].cases.count);
    }
  }
  std::string numbers(u32 syscall) const {
    std::string all;
    for (size_t abi = 0; abi < describe::table_count; abi++) {
      for (u32 number = 0; number < model_.tables[abi].size(); number++) {
        const describe::TableEntry& entry = model_.tables[abi][number];
        if (entry.syscall != syscall) continue;
        all += fmt::format("{}{} {}", all.empty() ? "" : ", ", abi_names[abi], number);
        if (text(entry.name) != text(model_.syscalls[syscall].name)) all += fmt::format(" `{}`", text(entry.name));
      }
    }
    return fmt::format("- numbers: {}\n", all.empty() ? "none" : all);
  }

  // One declaration may make several cases.
  void cases() {
    std::map<u32, const describe::Syscall*> declarations;
    for (const describe::Syscall& call : model_.syscalls)
      collect(model_.signatures[call.signature], call, declarations);
    for (size_t i = 0; i < nested_.size(); i++) collect(*nested_[i].first, *nested_[i].second, declarations);
    bool begun = false;
    const describe::Syscall* last = nullptr;
    for (const auto& [declaration, call] : declarations) {
      section("Cases", begun);
      if (call != last) heading(fmt::format("of {}", text(call->display)));
      last = call;
      code(declaration);
    }
  }
  void collect(const describe::Signature& signature, const describe::Syscall& call,
               std::map<u32, const describe::Syscall*>& declarations) {
    if (signature.dispatch == none) return;
    const Range all = model_.dispatches[signature.dispatch].cases;
    for (const describe::Case& one : model_.cases.subspan(all.first, all.count)) {
      if (here(one.declaration) && declarations.emplace(one.declaration, &call).second) cases_++;
      const describe::Signature& inner = model_.signatures[one.signature];
      if (inner.dispatch != none) nested_.emplace_back(&inner, &call);
    }
  }

  template <typename Records, typename Show>
  void named(std::string_view title, const Records& records, Show show) {
    bool begun = false;
    for (const auto& one : records) {
      if (!here(one.declaration) || one.name.length == 0) continue;
      section(title, begun);
      heading(text(one.name));
      show(one);
    }
  }

  void layout(const describe::Struct& one) {
    page_ += one.size[0] == one.size[1] ? fmt::format("{} bytes.\n\n", one.size[0])
                                        : fmt::format("{} bytes; {} on i386.\n\n", one.size[0], one.size[1]);
    code(one.declaration);
  }

  void sets() {
    bool begun = false;
    for (const describe::Set& set : model_.sets) {
      if (!here(set.declaration) || set.name.length == 0) continue;
      section("Enumerations and flags", begun);
      heading(text(set.name));
      documentation(set.declaration);
      page_ += "| name | value |\n| --- | ---: |\n";
      for (const describe::Member& member : model_.members.subspan(set.members.first, set.members.count)) {
        add_member(set, member);
      }
    }
  }
  void add_member(const describe::Set& set, const describe::Member& member) {
    const std::string value = set.is_flags || member.is_mask ? fmt::format("{:#x}", member.value[0])
                                                             : fmt::format("{}", static_cast<s64>(member.value[0]));
    if (member.is_rest) {
      page_ += fmt::format("| the rest, as `{}` | |\n", type_text(model_, member.sub_type));
    } else if (member.is_mask) {
      page_ += fmt::format("| a part, as `{}` | {} |\n", type_text(model_, member.sub_type), value);
    } else {
      page_ += fmt::format("| `{}` | {} |\n", text(member.name), value);
    }
  }

  const Model& model_;
  const Subsystem& subsystem_;
  std::string_view source_;
  std::string page_;
  std::vector<std::pair<const describe::Signature*, const describe::Syscall*>> nested_;
  size_t calls_ = 0;
  size_t cases_ = 0;
};

Error failure(const std::string& path, int code) {
  return {.cause = path, .observed = strerror(code), .hint = {}, .code = code};
}

}  // namespace

std::vector<ReferencePage> reference_pages(const Model& model, const std::vector<describe::SourceFile>& sources) {
  std::string index = fmt::format(
      "{}# The system call interface\n\nWhat the descriptions state, subsystem by subsystem. The language is explained "
      "in\n"
      "[descriptions/README.md](../../descriptions/README.md); `sysray describe NAME` shows one thing, `sysray "
      "describe\n"
      "--json` all of it for programs.\n\n| page | calls | cases | about |\n| --- | ---: | ---: | --- |\n",
      generated);
  std::vector<ReferencePage> pages(1);
  for (const Subsystem& subsystem : model.subsystems) {
    PageWriter writer(model, sources, subsystem);
    std::string text = writer.run();
    if (text.empty()) continue;
    const std::string_view name = model.text(subsystem.name);
    index += fmt::format("| [{0}]({0}.md) | {1} | {2} | {3} |\n", name, writer.call_count(), writer.case_count(),
                         model.text(subsystem.title));
    pages.push_back({fmt::format("{}.md", name), std::move(text)});
  }
  pages[0] = {"README.md", std::move(index)};
  return pages;
}

Result<void> write_reference(const std::vector<ReferencePage>& pages, const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return failure(directory, error.value());
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".md") && std::ranges::find(pages, name, &ReferencePage::name) == pages.end()) {
      std::filesystem::remove(entry.path(), error);
    }
  }
  for (const ReferencePage& page : pages) {
    const std::string path = directory + "/" + page.name;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << page.text;
    file.close();
    if (!file) return failure(path, errno);
  }
  return {};
}

}  // namespace sysray::cli
