#include "capture/ending.h"

#include <signal.h>
#include <sys/resource.h>

namespace sysray::capture {

int end_as(const Ending& ending) {
  if (ending.fatal_signal == 0) return ending.exit_status;
  // The program's core, if any, is what matters; ours would overwrite it.
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  signal(ending.fatal_signal, SIG_DFL);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, ending.fatal_signal);
  sigprocmask(SIG_UNBLOCK, &signals, nullptr);
  raise(ending.fatal_signal);
  return 128 + ending.fatal_signal;
}

}  // namespace sysray::capture
