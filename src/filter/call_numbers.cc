// Compiles a syscall_set of strace(1) against the tables of the model.
#include "filter/call_numbers.h"

#include <errno.h>
#include <regex.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "filter/set_expression.h"

namespace sysray::filter {

namespace {

using describe::Class;

struct ClassName {
  std::string_view name;  // behind %
  Class bit;
  bool bare = false;  // also known without %, from before strace 4.17
};

constexpr std::array class_names = std::to_array<ClassName>({
    {"file", Class::file, true},
    {"desc", Class::desc, true},
    {"process", Class::process, true},
    {"network", Class::network, true},
    {"net", Class::network},
    {"signal", Class::signal, true},
    {"memory", Class::memory, true},
    {"ipc", Class::ipc, true},
    {"creds", Class::creds},
    {"clock", Class::clock},
    {"pure", Class::pure},
    {"stat", Class::stat},
    {"lstat", Class::lstat},
    {"fstat", Class::fstat},
    {"%stat", Class::stat_like},
    {"statfs", Class::statfs},
    {"fstatfs", Class::fstatfs},
    {"%statfs", Class::statfs_like},
});

struct Personality {
  std::string_view name;
  event::Abi abi;
};

constexpr std::array personalities = std::to_array<Personality>({
    {"64", event::Abi::x86_64},
    {"32", event::Abi::i386},
    {"x32", event::Abi::x32},
});

// One name of the expression: [?]VALUE[@PERSONALITY].
struct Term {
  std::string_view text;  // all of it, for messages
  std::string_view value;
  bool optional = false;
  std::bitset<event::abi_count> abis;
};

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Result<Term> parse_term(std::string_view text) {
  Term term{.text = text, .value = text, .optional = false, .abis = {}};
  if (text.starts_with('?')) {
    term.optional = true;
    term.value.remove_prefix(1);
  }
  size_t at = term.value.rfind('@');
  if (at == std::string_view::npos) {
    term.abis.set();
    return term;
  }
  std::string_view designator = term.value.substr(at + 1);
  auto found = std::ranges::find(personalities, designator, &Personality::name);
  if (found == personalities.end()) {
    return Error{.cause = "incorrect personality designator '" + std::string(designator) + "' in qualification '" +
                          std::string(term.value) + "'",
                 .observed = {},
                 .hint = {},
                 .code = EINVAL};
  }
  term.abis.set(static_cast<size_t>(found->abi));
  term.value = term.value.substr(0, at);
  return term;
}

// POSIX extended regular expression (regex(7)).
class Pattern {
 public:
  explicit Pattern(std::string_view text)
      : text_(text), error_(regcomp(&compiled_, text_.c_str(), REG_EXTENDED | REG_NOSUB)) {}
  ~Pattern() {
    if (!error_) regfree(&compiled_);
  }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  std::optional<Error> error() const {
    if (!error_) return std::nullopt;
    char reason[256];
    regerror(error_, &compiled_, reason, sizeof reason);
    return Error{.cause = "regcomp: " + text_, .observed = reason, .hint = {}, .code = 0};
  }
  bool matches(const char* name) const { return regexec(&compiled_, name, 0, nullptr, 0) == 0; }

 private:
  std::string text_;
  regex_t compiled_;
  int error_;  // of regcomp(3)
};

}  // namespace

class CallExpression {
 public:
  explicit CallExpression(const describe::Model& model) : model_(model) {}

  Result<CallNumbers> compile(std::string_view text) {
    auto set = parse_set(text, "system call");
    if (!set) return set.error();
    for (std::string_view name : set->names) {
      auto term = parse_term(name);
      if (!term) return term.error();
      auto found = add(*term);
      if (!found) return found.error();
      if (!*found && !term->optional) return unknown_name("system call", name, known_names());
    }
    if (set->inverted) {
      for (auto& calls : numbers_.calls_) calls.flip();
    }
    return std::move(numbers_);
  }

 private:
  // Adds the calls that the test holds for; whether there was one.
  template <typename Test>
  bool add_if(const Term& term, Test test) {
    bool found = false;
    for (size_t abi = 0; abi < event::abi_count; abi++) {
      if (!term.abis[abi]) continue;
      for (u32 number = 0; number < model_.tables[abi].size() && number < CallNumbers::size; number++) {
        const describe::TableEntry& entry = model_.tables[abi][number];
        if (entry.syscall == describe::none || !test(number, entry)) continue;
        numbers_.calls_[abi].set(number);
        found = true;
      }
    }
    return found;
  }

  bool add_class(const Term& term, Class bit) {
    return add_if(term, [&](u32, const describe::TableEntry& entry) {
      return (model_.syscalls[entry.syscall].classes & static_cast<u32>(bit)) != 0;
    });
  }

  Result<bool> add(const Term& term) {
    std::string_view value = term.value;
    if (is_number(value)) {
      u32 wanted = CallNumbers::size;
      std::from_chars(value.data(), value.data() + value.size(), wanted);
      return add_if(term, [&](u32 number, const describe::TableEntry&) { return number == wanted; });
    }
    if (value.starts_with('/')) return add_matching(term);
    if (value == "all") return add_if(term, [](u32, const describe::TableEntry&) { return true; });
    bool percent = value.starts_with('%');
    for (const ClassName& known : class_names) {
      // A class that no call belongs to is a name all the same.
      if (percent ? value.substr(1) == known.name : known.bare && value == known.name)
        return add_class(term, known.bit), true;
    }
    return add_if(term, [&](u32, const describe::TableEntry& entry) { return model_.text(entry.name) == value; });
  }

  Result<bool> add_matching(const Term& term) {
    Pattern pattern(term.value.substr(1));
    if (auto error = pattern.error()) return *error;
    return add_if(term,
                  [&](u32, const describe::TableEntry& entry) { return pattern.matches(model_.c_str(entry.name)); });
  }

  std::vector<std::string_view> known_names() const {
    std::vector<std::string_view> names;
    for (const auto& table : model_.tables) {
      for (const describe::TableEntry& entry : table) {
        if (entry.syscall != describe::none) names.push_back(model_.text(entry.name));
      }
    }
    for (const ClassName& known : class_names) names.push_back(known.name);
    return names;
  }

  const describe::Model& model_;
  CallNumbers numbers_;
};

Result<CallNumbers> CallNumbers::parse(std::string_view text, const describe::Model& model) {
  return CallExpression(model).compile(text);
}

void CallNumbers::add_unknown(const describe::Model& model) {
  for (size_t abi = 0; abi < event::abi_count; abi++) {
    for (size_t number = 0; number < size; number++) {
      bool known = number < model.tables[abi].size() && model.tables[abi][number].syscall != describe::none;
      if (!known) calls_[abi].set(number);
    }
  }
}

event::CallSet CallNumbers::described(const describe::Model& model) const {
  event::CallSet set = event::CallSet::nothing();
  for (size_t abi = 0; abi < event::abi_count; abi++) {
    for (size_t number = 0; number < model.tables[abi].size() && number < size; number++) {
      u32 syscall = model.tables[abi][number].syscall;
      if (syscall != describe::none && calls_[abi][number]) set.set(syscall, true);
    }
  }
  return set;
}

}  // namespace sysray::filter
