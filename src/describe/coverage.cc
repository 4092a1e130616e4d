// The coverage report.
#include "describe/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "describe/capture_text.h"
#include "describe/facts.h"

namespace sysray::describe {

namespace {

constexpr std::string_view abi_names[table_count] = {"x86_64", "i386", "x32"};

struct Share {
  size_t part = 0;
  size_t whole = 0;
  void count(bool described) {
    whole++;
    part += described ? 1 : 0;
  }
  std::string text() const {
    const double percent = whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    return fmt::format("{:>6} of {:>6}  {:5.1f}%", part, whole, percent);
  }
};

class Reporter {
 public:
  Reporter(const Model& model, const Facts& facts) : model_(model), facts_(facts) {}

  std::string run() {
    for (size_t abi = 0; abi < 2; abi++) calls(abi);
    arguments();
    structs();
    constants();
    ioctls();
    plans();
    subsystems();
    customs();
    return std::move(out_);
  }

 private:
  std::string_view text(Str s) const { return model_.text(s); }
  void line(std::string_view what, const Share& share) { out_ += fmt::format("{:<34}{}\n", what, share.text()); }

  void calls(size_t abi) {
    Share named, in_depth;
    std::vector<std::string_view> missing;
    for (const CallFact& fact : facts_.calls) {
      if (fact.abi != abi_names[abi] || fact.entry.empty()) continue;
      const auto& table = model_.tables[abi];
      const u32 call = fact.number < table.size() ? table[fact.number].syscall : none;
      named.count(call != none);
      in_depth.count(call != none && model_.syscalls[call].in_depth);
      if (call == none) missing.push_back(fact.name);
    }
    line(fmt::format("{}: calls described", abi_names[abi]), named);
    line(fmt::format("{}: calls in depth", abi_names[abi]), in_depth);
    if (!missing.empty()) out_ += fmt::format("  without a declaration: {}\n", fmt::join(missing, " "));
  }

  // More is known than that it is a number or an address.
  bool is_typed(const Field& field) const {
    const Type& type = model_.types[field.type];
    if (type.kind == TypeKind::integer) return type.format != IntFormat::by_sign || field.from_expression;
    return type.kind != TypeKind::address && type.kind != TypeKind::none &&
           !(type.kind == TypeKind::pointer && type.ref == none);
  }
  void arguments() {
    Share own, of_cases;
    std::vector<bool> is_call(model_.signatures.size());
    for (const Syscall& one : model_.syscalls) is_call[one.signature] = true;
    for (u32 i = 0; i < model_.signatures.size(); i++) {
      const Range range = model_.signatures[i].arguments;
      for (const Field& field : model_.fields.subspan(range.first, range.count))
        if (!field.padding && field.type != none) (is_call[i] ? own : of_cases).count(is_typed(field));
    }
    line("arguments of calls with a meaning", own);
    line("arguments of cases with a meaning", of_cases);
  }

  void structs() {
    std::unordered_set<std::string> described;
    for (const Struct& one : model_.structs) described.insert("struct " + std::string(text(one.name)));
    std::unordered_set<std::string_view> seen;
    Share share;
    for (const Record& record : facts_.records[0])
      if (record.name.starts_with("struct ") && seen.insert(record.name).second)
        share.count(described.contains(std::string(record.name)));
    line("structs of the headers", share);
  }

  void constants() {
    for (const Constant& one : model_.constants) names_.insert(text(one.name));
    std::unordered_set<std::string_view> seen;
    Share share;
    for (const ConstantFact& fact : facts_.constants)
      if (seen.insert(fact.name).second) share.count(names_.contains(fact.name));
    line("constants of the headers", share);
  }

  void ioctls() {
    const Dispatch* dispatch = nullptr;
    for (const Syscall& one : model_.syscalls)
      if (text(one.name) == "ioctl" && model_.signatures[one.signature].dispatch != none)
        dispatch = &model_.dispatches[model_.signatures[one.signature].dispatch];
    std::unordered_set<u64> keys;
    if (dispatch != nullptr)
      for (const Case& one : model_.cases.subspan(dispatch->cases.first, dispatch->cases.count))
        keys.insert(static_cast<u64>(model_.key_ranges[one.keys.first].first));
    std::unordered_set<std::string_view> seen;
    Share named, described;
    for (const IoctlFact& fact : facts_.ioctls) {
      if (fact.foreign || fact.has_parameters || !seen.insert(fact.name).second) continue;
      named.count(names_.contains(fact.name) || is_text(fact.name));
      described.count(keys.contains(fact.code[0]));
    }
    line("ioctls with a name", named);
    line("ioctls with arguments", described);
  }
  // Part of a member such as "TCSETS or SNDCTL_TMR_START".
  bool is_text(std::string_view name) {
    if (words_.empty())
      for (const Member& member : model_.members) {
        std::string_view rest = member.is_text ? text(member.name) : std::string_view();
        while (!rest.empty()) {
          const std::string_view word = rest.substr(0, rest.find(' '));
          words_.insert(word);
          rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        }
      }
    return words_.contains(name);
  }

  // Calls and cases whose capture programs copy all that decoding reads, and why others don't.
  void plans() {
    Share calls, cases;
    std::string live;
    auto count = [&](Share& share, std::string_view name, const capture_program& program) {
      const unsigned reasons = capture_live_reasons(model_, program.entry) | capture_live_reasons(model_, program.exit);
      share.count(reasons == 0);
      for (unsigned reason = 0; reason < 32; reason++)
        if ((reasons >> reason & 1) != 0) live += fmt::format("  {}: {}\n", name, capture_live_text(reason));
    };
    for (size_t abi = 0; abi < table_count; abi++) {
      for (u32 number = 0; number < model_.tables[abi].size() && number < CAPTURE_MAX_CALLS; number++) {
        const TableEntry& entry = model_.tables[abi][number];
        if (entry.syscall == none) continue;
        const std::string name = fmt::format("{} {}", abi_names[abi], text(entry.name));
        const capture_program& program = model_.capture_programs[abi * CAPTURE_MAX_CALLS + number];
        count(calls, name, program);
        const u32 index = model_.signatures[model_.syscalls[entry.syscall].signature].dispatch;
        if (index == none) continue;
        for (const Case& one :
             model_.cases.subspan(model_.dispatches[index].cases.first, model_.dispatches[index].cases.count))
          count(cases, fmt::format("{} {:#x}", name, static_cast<u64>(model_.key_ranges[one.keys.first].first)),
                {capture_of_case(model_, program.entry, one), capture_of_case(model_, program.exit, one)});
      }
    }
    line("calls captured without live reads", calls);
    line("cases captured without live reads", cases);
    out_ += live;
  }

  struct Contents {
    std::string_view title;
    size_t calls = 0, in_depth = 0, cases = 0, structs = 0, sets = 0;
  };
  void subsystems() {
    std::map<std::string_view, Contents> all;
    std::map<std::string_view, Contents*> by_file;
    for (const Subsystem& one : model_.subsystems) {
      Contents& contents = all[text(one.name)];
      contents.title = text(one.title);
      by_file[text(one.file)] = &contents;
    }
    auto of = [&](u32 declaration) { return by_file[text(model_.declarations[declaration].file)]; };
    for (const Syscall& one : model_.syscalls)
      if (Contents* contents = of(one.declaration)) contents->calls++, contents->in_depth += one.in_depth ? 1 : 0;
    for (const Case& one : model_.cases)
      if (Contents* contents = of(one.declaration)) contents->cases++;
    for (const Struct& one : model_.structs)
      if (Contents* contents = of(one.declaration)) contents->structs++;
    for (const Set& one : model_.sets)
      if (Contents* contents = of(one.declaration)) contents->sets++;
    out_ += fmt::format("\n{:<26}{:>7}{:>9}{:>7}{:>9}{:>7}  title\n", "subsystem", "calls", "in depth", "cases",
                        "structs", "sets");
    for (const auto& [name, one] : all)
      out_ += fmt::format("{:<26}{:>7}{:>9}{:>7}{:>9}{:>7}  {}\n", name, one.calls, one.in_depth, one.cases,
                          one.structs, one.sets, one.title);
  }

  void customs() {
    out_ += fmt::format("\ncustom kinds: {}\n", model_.customs.size());
    for (const Custom& one : model_.customs) out_ += fmt::format("  {}: {}\n", text(one.name), text(one.reason));
  }

  const Model& model_;
  const Facts& facts_;
  std::unordered_set<std::string_view> names_;
  std::unordered_set<std::string_view> words_;
  std::string out_;
};

}  // namespace

Result<std::string> coverage(const Model& model, const std::string& directory) {
  auto facts = read_facts(directory);
  if (!facts) return facts.error();
  return Reporter(model, *facts).run();
}

}  // namespace sysray::describe
