// Scanner: splits a command line into options, by the rules of getopt_long(3) with a leading '+': options end at the
// first word that is none; letters may be clustered; long names may be abbreviated.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/option_table.h"

namespace sysray::cli {

// One option as it was given.
struct Given {
  const OptionSpec* option;
  bool is_letter;
  std::string spelling;                   // "-a", "--columns": the full name, for messages
  std::optional<std::string_view> value;  // into the command line
};

struct ScannedLine {
  std::vector<Given> options;         // up to the first error
  std::span<const char* const> rest;  // the program and its arguments
  std::optional<Error> error;         // cause: libc's text; hint: in sysray's own mode, a suggestion
};

// `words` are the arguments behind argv[0]. Under the name strace (`strict`), sysray's own options do not exist.
ScannedLine scan(std::span<const char* const> words, bool strict);

}  // namespace sysray::cli
