// --help and --version.
#include "cli/help.h"

#include <array>

#include "cli/version.h"

namespace sysray::cli {

namespace {

constexpr std::array subcommands = std::to_array<SubcommandSpec>({
    {"describe", "NAME...", "explain system calls, types and constants"},
    {"describe", "--json", "write all descriptions as JSON"},
    {"describe", "--coverage", "compare the descriptions with the tables of facts in tests/facts (or --facts=DIR)"},
    {"replay", "[OPTION]... FILE", "show what --record recorded, filtered and formatted by the options"},
    {"merge", "PREFIX", "write what -ff -tt -o PREFIX wrote as one log in the order of time"},
});

constexpr std::string_view indent = "        ";

// Sections in the order of the page.
constexpr std::array sections = {Section::general, Section::startup,    Section::tracing,   Section::filtering,
                                 Section::format,  Section::statistics, Section::tampering, Section::miscellaneous};

void add_lines(std::string& text, std::string_view lines) {
  while (!lines.empty()) {
    std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    text.append(indent).append(line).append("\n");
  }
}

void add_subcommands(std::string& text, std::string_view name) {
  text += "\nCommands:\n";
  for (const SubcommandSpec& command : subcommands) {
    text.append("  ").append(name).append(" ").append(command.name).append(" ").append(command.usage).append("\n");
    add_lines(text, command.help);
  }
}

}  // namespace

std::span<const SubcommandSpec> subcommand_table() { return subcommands; }

std::string option_forms(const OptionSpec& option) {
  std::string text;
  auto separate = [&] {
    if (!text.empty()) text += ", ";
  };
  if (option.letter) {
    text += std::string{'-', option.letter};
    if (option.letter_takes_value()) text += " " + std::string(option.value);
  }
  if (!option.qualifiers[0].empty()) {
    separate();
    text += "-e " + std::string(option.qualifiers[0]) + "=" + std::string(option.value);
  }
  if (!option.long_names[0].empty()) {
    separate();
    text += "--" + std::string(option.long_names[0]);
    if (option.arity == Arity::required) text += "=" + std::string(option.value);
    if (option.arity == Arity::optional) text += "[=" + std::string(option.value) + "]";
  }
  return text;
}

std::string help_text(std::string_view name, bool strict) {
  std::string text = "Usage: " + std::string(name) + " [OPTION]... PROG [ARG]...\n" + "   or: " + std::string(name) +
                     " [OPTION]... -p PID\n";
  if (!strict) add_subcommands(text, name);
  for (Section section : sections) {
    text.append("\n").append(section_title(section)).append(":\n");
    for (const OptionSpec& option : option_table()) {
      if (option.section != section || option.hidden || (strict && option.sysray_only)) continue;
      text += "  " + option_forms(option) + "\n";
      add_lines(text, option.help);
    }
  }
  return text;
}

std::string option_lines() {
  std::string text;
  for (const OptionSpec& option : option_table()) {
    text.append(option.long_names[0]).append("\t");
    if (option.letter) text += option.letter;
    constexpr std::string_view arities[] = {"none", "required", "optional"};
    text.append("\t").append(arities[static_cast<size_t>(option.arity)]).append("\t");
    for (std::string_view word : option.words) text.append(word == option.words[0] ? "" : ",").append(word);
    text += '\n';
  }
  return text;
}

std::string version_text(bool strict) {
  std::string text;
  if (strict)
    text = "strace -- version " + std::string(strace_version) + "\nThis is sysray " + std::string(version) + ".\n";
  else
    text = "sysray " + std::string(version) + ", compatible with strace " + std::string(strace_version) + "\n";
  text += "Copyright (c) 2026 The sysray authors. Distributed under the MIT license, without any warranty.\n";
  return text;
}

}  // namespace sysray::cli
