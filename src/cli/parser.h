// The parser: from the command line to Options.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "cli/tips.h"
#include "describe/model.h"

namespace sysray::cli {

enum class Request : u8 { trace, help, version, generate, tip };

struct Command {
  Request request = Request::trace;
  Options options;                    // of `trace`
  std::string topic;                  // of `generate`
  TipChoice tip;                      // of `tip`
  std::vector<std::string> warnings;  // to be shown, in order, also when the command is refused
  // Error::code EINVAL: it is the use that is wrong, and a pointer to the help should follow.
  std::optional<Error> refusal;
};

// Files of --describe. They have to be known before the rest can be parsed, since they add names of system calls.
std::vector<std::string> description_files(std::span<const char* const> words, bool strict);

// `words`: the arguments behind argv[0]. `strict`: the program runs under the name strace: exactly its options.
// Otherwise the first word may be the subcommand `replay`.
Command parse(std::span<const char* const> words, bool strict, const describe::Model& model);

}  // namespace sysray::cli
