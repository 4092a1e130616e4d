// Texts that are made from the option table: help, manual page, completions of shells.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/option_table.h"

namespace sysray::cli {

struct SubcommandSpec {
  std::string_view name;
  std::string_view usage;  // what follows the name
  std::string_view help;
};
std::span<const SubcommandSpec> subcommand_table();

// "-a COLUMN, --columns=COLUMN": the ways to give an option.
std::string option_forms(const OptionSpec& option);

// `name`: as the program was called. `strict`: only what strace has.
std::string help_text(std::string_view name, bool strict);
std::string version_text(bool strict);
// For programs: a line an option, NAME, LETTER, ARITY and WORDS (with commas), separated by tabs.
std::string option_lines();

// A manual page in man(7), for man1.
std::string manual_page();
// For "bash", "zsh" or "fish"; nullopt for others.
std::optional<std::string> completion(std::string_view shell);

}  // namespace sysray::cli
