// What a terminal can do, as far as --color=auto wants to know.
#pragma once

#include <string>
#include <string_view>

namespace sysray::cli {

// Whether a terminal of this type (the value of TERM) has at least 8 colors, by its terminfo(5) entry. A type without
// an entry on this machine has them if its name is known to stand for such terminals.
bool has_colors(const std::string& terminal_type);

// The number of colors in a compiled terminfo entry (term(5)); 0 if it has none, or is no such entry.
int colors_of_entry(std::string_view entry);

}  // namespace sysray::cli
