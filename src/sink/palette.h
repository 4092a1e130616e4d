// Palette: the colors of the text (--color), as SGR parameters of ECMA-48 ("1;33").
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "sink/text_buffer.h"

namespace sysray::sink {

enum class Ink : u8 { plain, syscall, argument_name, argument, call, constant, comment, punctuation, result, error };
inline constexpr size_t ink_count = 10;

class Palette {
 public:
  // strace's default colors.
  Palette();

  // The default colors, changed as STRACE_COLORS says: "syscall=1;33:argname=39". Keys are not case-sensitive, blanks
  // around them and the values do not count; unknown keys, and values that are no numbers, are passed over.
  static Palette parse(std::string_view text);

  // Switches to the ink; what follows is in its color.
  void apply(TextBuffer& out, Ink ink) const { out.add(std::string_view(sequences_[static_cast<size_t>(ink)])); }

 private:
  void set(Ink ink, std::string_view parameters);
  std::array<std::string, ink_count> sequences_;  // complete escape sequences
};

// Columns that the text takes on a terminal: escape sequences take none.
size_t visible_width(std::string_view text);

}  // namespace sysray::sink
