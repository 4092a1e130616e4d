// CommandLine: words of a command line, as main gets them, from one text with blanks between.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace sysray::testing {

class CommandLine {
 public:
  // A word of '' is an empty one.
  explicit CommandLine(std::string_view text) {
    while (!text.empty()) {
      std::string_view word = text.substr(0, text.find(' '));
      text.remove_prefix(std::min(word.size() + 1, text.size()));
      words_.emplace_back(word == "''" ? "" : word);
    }
    for (const std::string& word : words_) pointers_.push_back(word.c_str());
  }
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  std::span<const char* const> words() const { return pointers_; }

 private:
  std::vector<std::string> words_;
  std::vector<const char*> pointers_;
};

}  // namespace sysray::testing
