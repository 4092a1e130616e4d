// One write(2) a message, so that messages of several processes do not mix.
#include "cli/messages.h"

#include <unistd.h>

namespace sysray::cli {

void TerminalMessages::say(std::string_view text) {
  if (flush_) flush_();
  std::string line = name_ + ": " + std::string(text) + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    ssize_t written = write(STDERR_FILENO, rest.data(), rest.size());
    if (written <= 0) return;
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

void TerminalMessages::say(const Error& error) {
  if (error.cause.empty()) return;
  Error shown = error;
  if (strict_) shown.hint.clear();
  say(shown.message());
}

}  // namespace sysray::cli
