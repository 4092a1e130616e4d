// Who the program is, by the name it was called with; and how it ends.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "capture/source.h"
#include "cli/messages.h"
#include "cli/parser.h"

namespace sysray::cli {

struct Program {
  Program(int argc, const char* const* argv);

  std::string name;                    // argv[0], for messages
  bool strict;                         // under a name that ends in strace: strace's interface and nothing else
  std::span<const char* const> words;  // the arguments
};

// Opens what is closed of the standard streams on /dev/null, for this process alone: nothing that is opened later must
// be mistaken for them. The traced program finds them as they were.
void hold_standard_streams();
// Lets go of standard input and output, which are the traced program's: whoever is at their other end must notice when
// the program is done with them.
void release_standard_streams();

// Says the command's warnings. Answers a command that is no trace: a refusal on standard error, help and other texts on
// standard output. The exit status, unless there is something to trace.
std::optional<int> answer(const Program& program, const Command& command, TerminalMessages& messages);

}  // namespace sysray::cli
