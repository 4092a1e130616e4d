#include "cli/hints.h"

#include <algorithm>
#include <vector>

#include "describe/source.h"

namespace sysray::cli {

std::string example_of(const OptionSpec& option) {
  std::string text = "For example: sysray ";
  if (option.long_names[0].empty()) {
    text += std::string{'-', option.letter, ' '} + std::string(option.sample);
  } else {
    text += "--" + std::string(option.long_names[0]);
    if (option.arity != Arity::none) text += "=" + std::string(option.sample);
  }
  return text + (option.id == OptionId::attach ? "" : " ls");
}

void add_value_hint(std::string& hint, const OptionSpec& option, std::string_view value) {
  const std::vector<std::string_view> words(option.words.begin(), option.words.end());
  while (hint.empty() && !value.empty() && !words.empty()) {
    const std::string_view part = value.substr(0, value.find(','));
    value.remove_prefix(std::min(part.size() + 1, value.size()));
    if (std::ranges::find(words, part) == words.end()) hint = describe::did_you_mean(part, words);
  }
  const bool has_example = hint.find("or example: ") != hint.npos;
  if (option.sample.empty() || has_example) return;
  hint += (hint.empty() ? "" : " ") + example_of(option);
}

}  // namespace sysray::cli
