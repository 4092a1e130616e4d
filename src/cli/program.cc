// The edges of the program: its name, its exit.
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "cli/help.h"

namespace sysray::cli {

namespace {

int print(const std::string& text) {
  const bool written = fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && fflush(stdout) == 0 ? 0 : 1;
}

int generate(const std::string& topic, TerminalMessages& messages) {
  if (topic == "man") return print(manual_page());
  if (topic == "options") return print(option_lines());
  if (auto text = completion(topic)) return print(*text);
  messages.say("nothing to generate is called '" + topic + "'; it can be man, bash, zsh, fish or options");
  return 1;
}

}  // namespace

Program::Program(int argc, const char* const* argv)
    : name(argc > 0 && *argv[0] != 0 ? argv[0] : "strace"),
      strict(std::string_view(name).ends_with("strace")),
      words(argv + (argc > 0), static_cast<size_t>(argc > 0 ? argc - 1 : 0)) {}

void hold_standard_streams() {
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest descriptor that is free is this one.
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", O_RDWR | O_CLOEXEC);
  }
}

void release_standard_streams() {
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return;
  dup3(null.get(), STDIN_FILENO, O_CLOEXEC);
  dup3(null.get(), STDOUT_FILENO, O_CLOEXEC);
}

std::optional<int> answer(const Program& program, const Command& command, TerminalMessages& messages) {
  for (const std::string& warning : command.warnings) messages.say(warning);
  if (command.refusal) {
    messages.say(*command.refusal);
    if (command.refusal->code == EINVAL) {
      const std::string pointer = "Try '" + program.name + " -h' for more information.\n";
      fputs(pointer.c_str(), stderr);
    }
    return 1;
  }
  switch (command.request) {
    case Request::trace: return std::nullopt;
    case Request::help: return print(help_text(program.strict ? "strace" : "sysray", program.strict));
    case Request::tip: return print(tip_text(command.tip));
    case Request::version: return print(version_text(program.strict));
    case Request::generate: return generate(command.topic, messages);
  }
  return 1;
}

}  // namespace sysray::cli
