// Lexer of the description language.
#pragma once

#include "describe/source.h"

namespace sysray::describe {

struct Token {
  enum class Kind : u8 { end, name, number, string, symbol, documentation };
  Kind kind{};
  Position position;
  std::string text;  // name, symbol, decoded string, documentation without the slashes
  u64 number = 0;
};

// All tokens of the file, `end` last. Errors are reported and skipped.
std::vector<Token> tokenize(u32 file, std::string_view text, Diagnostics& diagnostics);

}  // namespace sysray::describe
