// What helps someone who got an option wrong; shown in sysray's own mode.
#pragma once

#include <string>
#include <string_view>

#include "cli/option_table.h"

namespace sysray::cli {

// "For example: sysray --color=always ls"
std::string example_of(const OptionSpec& option);

// After a value that was refused: the nearest of the words that it may consist of, unless the hint names something
// nearer already, and an example.
void add_value_hint(std::string& hint, const OptionSpec& option, std::string_view value);

}  // namespace sysray::cli
