// Completions for bash, zsh and fish.
#include <algorithm>

#include "cli/help.h"

namespace sysray::cli {

namespace {

std::string joined(Words words, char separator) {
  std::string text;
  for (std::string_view word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

// The first line of the help, without what shells take for their own.
std::string summary(const OptionSpec& option) {
  std::string text(option.help.substr(0, option.help.find_first_of("\n;:")));
  std::erase_if(text, [](char c) { return c == '\'' || c == '[' || c == ']' || c == '"' || c == '\\'; });
  return text;
}

template <typename Visit>
void each_option(Visit visit) {
  for (const OptionSpec& option : option_table()) {
    if (!option.hidden) visit(option);
  }
}

std::string bash() {
  std::string names, cases, takes_value;
  each_option([&](const OptionSpec& option) {
    std::string keys;
    if (option.letter) {
      names += std::string{' ', '-', option.letter};
      if (option.letter_takes_value()) takes_value += std::string{option.letter};
      if (option.letter_takes_value()) keys = std::string{'-', option.letter};
    }
    if (!option.long_names[0].empty()) {
      std::string name = "--" + std::string(option.long_names[0]);
      names += " " + name + (option.arity == Arity::required ? "=" : "");
      if (option.arity != Arity::none) keys += (keys.empty() ? "" : "|") + name;
    }
    if (!option.words.empty() && !keys.empty()) {
      cases +=
          "    " + keys + ") COMPREPLY=($(compgen -W '" + joined(option.words, ' ') + "' -- \"$value\")); return;;\n";
    }
  });
  return R"__(# bash completion of sysray
_sysray() {
  local value=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]} i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -[)__" +
         takes_value + R"__(]) ((i++));;
      -*|=) ;;
      *) [[ ${COMP_WORDS[i-1]} = '=' ]] || { _command_offset $i 2>/dev/null; return; };;
    esac
  done
  if [[ $value = '=' ]]; then value=; elif [[ $option = '=' ]]; then option=${COMP_WORDS[COMP_CWORD-2]}; fi
  case $option in
)__" + cases +
         R"__(    -p|--attach) COMPREPLY=($(compgen -W "$(ps -eo pid=)" -- "$value")); return;;
    -u|--user) COMPREPLY=($(compgen -u -- "$value")); return;;
    -o|--output|-P|--trace-path|--describe) COMPREPLY=($(compgen -f -- "$value")); return;;
  esac
  if [[ $value = -* ]]; then
    COMPREPLY=($(compgen -W ')__" +
         names + R"__(' -- "$value"))
    [[ ${COMPREPLY[0]} = *= ]] && compopt -o nospace
  else
    COMPREPLY=($(compgen -c -- "$value"))
  fi
}
complete -F _sysray sysray
)__";
}

std::string zsh_value(const OptionSpec& option) {
  if (!option.words.empty()) return ":" + summary(option) + ":(" + joined(option.words, ' ') + ")";
  switch (option.id) {
    case OptionId::attach: return ":process:_pids";
    case OptionId::user: return ":user:_users";
    case OptionId::output:
    case OptionId::trace_path:
    case OptionId::describe: return ":file:_files";
    default: return ":" + std::string(option.value) + ":";
  }
}

std::string zsh() {
  std::string text = "#compdef sysray\n_arguments -s -S \\\n";
  each_option([&](const OptionSpec& option) {
    std::string what = "[" + summary(option) + "]";
    if (option.letter) {
      text += std::string("  '*-") + option.letter + (option.letter_takes_value() ? "+" : "") + what +
              (option.letter_takes_value() ? zsh_value(option) : "") + "' \\\n";
    }
    if (option.long_names[0].empty()) return;
    std::string value;
    if (option.arity == Arity::required) value = "=" + what + zsh_value(option);
    if (option.arity == Arity::optional) value = "=-" + what + ":" + zsh_value(option);
    if (option.arity == Arity::none) value = what;
    text += "  '*--" + std::string(option.long_names[0]) + value + "' \\\n";
  });
  return text + "  '(-):program: _command_names -e' \\\n  '*::arguments: _normal'\n";
}

std::string fish() {
  std::string text = "# fish completion of sysray\ncomplete -c sysray -x -a '(__fish_complete_subcommand)'\n";
  each_option([&](const OptionSpec& option) {
    text += "complete -c sysray";
    if (option.letter) text += std::string(" -s ") + option.letter;
    if (!option.long_names[0].empty()) text += " -l " + std::string(option.long_names[0]);
    if (option.arity == Arity::required) text += " -r";
    if (!option.words.empty()) text += " -x -a '" + joined(option.words, ' ') + "'";
    if (option.id == OptionId::attach) text += " -x -a '(__fish_complete_pids)'";
    if (option.id == OptionId::user) text += " -x -a '(__fish_complete_users)'";
    text += " -d '" + summary(option) + "'\n";
  });
  return text;
}

}  // namespace

std::optional<std::string> completion(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  return std::nullopt;
}

}  // namespace sysray::cli
