// The texts of errors are those of glibc's getopt_long(3), which users of strace know.
#include "cli/scanner.h"

#include <algorithm>

#include "cli/hints.h"
#include "describe/source.h"

namespace sysray::cli {

namespace {

class Scanner {
 public:
  Scanner(std::span<const char* const> words, bool strict) : words_(words), strict_(strict) {}

  ScannedLine run() {
    while (next_ < words_.size() && !line_.error) {
      std::string_view word = words_[next_];
      if (word.size() < 2 || word[0] != '-') break;
      next_++;
      if (word == "--") break;
      if (word[1] == '-') {
        scan_long(word.substr(2));
      } else {
        scan_letters(word.substr(1));
      }
    }
    line_.rest = words_.subspan(next_);
    return std::move(line_);
  }

 private:
  bool exists(const OptionSpec& option) const { return !strict_ || !option.sysray_only; }

  void fail(std::string cause, std::string hint = {}) {
    line_.error = Error{.cause = std::move(cause), .observed = {}, .hint = std::move(hint), .code = 0};
  }

  void scan_letters(std::string_view letters) {
    while (!letters.empty()) {
      char letter = letters[0];
      letters.remove_prefix(1);
      auto option = std::ranges::find_if(option_table(),
                                         [&](const OptionSpec& spec) { return spec.letter == letter && exists(spec); });
      if (option == option_table().end()) return fail(std::string("invalid option -- '") + letter + "'");
      Given given{&*option, true, std::string{'-', letter}, std::nullopt};
      if (option->letter_takes_value()) {
        if (letters.empty() && next_ == words_.size()) {
          return fail(std::string("option requires an argument -- '") + letter + "'", example_of(*option));
        }
        given.value = letters.empty() ? words_[next_++] : letters;
        letters = {};
      }
      line_.options.push_back(std::move(given));
    }
  }

  struct Match {
    const OptionSpec* option;
    std::string_view name;
  };

  // Options whose name begins with this; one alone if a name is equal.
  std::vector<Match> find(std::string_view name) const {
    std::vector<Match> matches;
    for (const OptionSpec& option : option_table()) {
      if (!exists(option)) continue;
      for (std::string_view known : option.long_names) {
        if (known == name) return {{&option, known}};
        // Names of one option are no ambiguity, except that libc sees them as different from an earlier match.
        bool same_as_first = !matches.empty() && matches[0].option == &option;
        if (!known.empty() && known.starts_with(name) && !same_as_first) matches.push_back({&option, known});
      }
    }
    return matches;
  }

  void scan_long(std::string_view text) {
    size_t equals = text.find('=');
    std::string_view name = text.substr(0, equals);
    auto matches = find(name);
    if (matches.empty()) return fail("unrecognized option '--" + std::string(text) + "'", suggestion(name));
    if (matches.size() > 1) return fail(ambiguity(text, matches));

    const auto& [option, full_name] = matches[0];
    Given given{option, false, "--" + std::string(full_name), std::nullopt};
    if (equals != std::string_view::npos) {
      if (option->arity == Arity::none) return fail("option '" + given.spelling + "' doesn't allow an argument");
      given.value = text.substr(equals + 1);
    } else if (option->arity == Arity::required) {
      if (next_ == words_.size())
        return fail("option '" + given.spelling + "' requires an argument", example_of(*option));
      given.value = words_[next_++];
    }
    line_.options.push_back(std::move(given));
  }

  static std::string ambiguity(std::string_view text, const std::vector<Match>& matches) {
    std::string message = "option '--" + std::string(text) + "' is ambiguous; possibilities:";
    for (const Match& match : matches) message += " '--" + std::string(match.name) + "'";
    return message;
  }

  std::string suggestion(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const OptionSpec& option : option_table()) {
      if (!exists(option) || option.hidden) continue;
      for (std::string_view known : option.long_names) {
        if (!known.empty()) names.push_back(known);
      }
    }
    const std::string near = describe::nearest(name, names);
    if (near.empty()) return {};
    return "did you mean '--" + near + "'? " + example_of(*find(near)[0].option);
  }

  std::span<const char* const> words_;
  bool strict_;
  size_t next_ = 0;
  ScannedLine line_;
};

}  // namespace

ScannedLine scan(std::span<const char* const> words, bool strict) { return Scanner(words, strict).run(); }

}  // namespace sysray::cli
