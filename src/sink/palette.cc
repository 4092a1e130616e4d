// Colors of the text sink: defaults and what STRACE_COLORS says (strace(1), --color).
#include "sink/palette.h"

#include <algorithm>

namespace sysray::sink {

namespace {

struct Key {
  std::string_view name;
  Ink ink;
  std::string_view parameters;
};

constexpr Key keys[] = {
    {"syscall", Ink::syscall, "33"},  {"argname", Ink::argument_name, "39"}, {"argval", Ink::argument, "35"},
    {"call", Ink::call, "33"},        {"const", Ink::constant, "34"},        {"comment", Ink::comment, "36"},
    {"punct", Ink::punctuation, "0"}, {"retval", Ink::result, "32"},         {"error", Ink::error, "31"},
};

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes the text up to the separator (and the separator) away from `rest`.
std::string_view take(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

bool same_word(std::string_view a, std::string_view lower_case) {
  return std::ranges::equal(a, lower_case, [](char c, char l) { return (c >= 'A' && c <= 'Z' ? c + 32 : c) == l; });
}

bool is_parameter_list(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789;") == std::string_view::npos;
}

}  // namespace

Palette::Palette() {
  set(Ink::plain, "0");
  for (const Key& key : keys) set(key.ink, key.parameters);
}

Palette Palette::parse(std::string_view text) {
  Palette palette;
  while (!text.empty()) {
    std::string_view pair = take(text, ':');
    const std::string_view name = trim(take(pair, '='));
    const std::string_view value = trim(pair);
    if (!is_parameter_list(value)) continue;
    for (const Key& key : keys)
      if (same_word(name, key.name)) palette.set(key.ink, value);
  }
  return palette;
}

void Palette::set(Ink ink, std::string_view parameters) {
  std::string& sequence = sequences_[static_cast<size_t>(ink)];
  sequence = "\033[";
  sequence += parameters;
  sequence += 'm';
}

size_t visible_width(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '\033') {
      i = std::min(text.find('m', i), text.size());
    } else {
      width++;
    }
  }
  return width;
}

}  // namespace sysray::sink
