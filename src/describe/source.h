// Sources and diagnostics of the description compiler: where a thing stands, and what is wrong with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/types.h"

namespace sysray::describe {

struct SourceFile {
  std::string name;  // as shown in messages
  std::string text;
};

// A place in a source; 1-based line and column (in bytes).
struct Position {
  u32 file = 0;
  u32 line = 0;
  u32 column = 0;
  u32 length = 1;  // bytes to underline
};

struct Diagnostic {
  Position position;
  std::string message;
  std::string help;  // "did you mean 'x'?"; may be empty
};

class Diagnostics {
 public:
  explicit Diagnostics(const std::vector<SourceFile>& files) : files_(files) {}
  static constexpr size_t max_reported = 20;

  void error(Position position, std::string message, std::string help = {});
  bool any() const { return !errors_.empty(); }
  bool full() const { return errors_.size() >= max_reported; }
  size_t count() const { return errors_.size(); }
  // All errors as "file:line:column: error: message", the line, and a caret.
  std::string text() const;

 private:
  const std::vector<SourceFile>& files_;
  std::vector<Diagnostic> errors_;
};

// The candidate nearest to `wrong` by edit distance, if near enough to be meant; else empty.
std::string nearest(std::string_view wrong, const std::vector<std::string_view>& candidates);
// "did you mean 'x'?", or empty.
std::string did_you_mean(std::string_view wrong, const std::vector<std::string_view>& candidates);

}  // namespace sysray::describe
