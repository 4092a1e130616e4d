// SignalGuard: the tracer's own signals while it traces.
#pragma once

#include <signal.h>

#include <array>

#include "capture/source.h"

namespace sysray::capture::ptrace {

// While it lives, the signals that end strace (HUP INT QUIT PIPE TERM) are treated as `mode`
// says: `anywhere` leaves them alone, `waiting` blocks them, `never` ignores them, `never_tstp` ignores SIGTSTP too.
// SIGTTIN and SIGTTOU are ignored, so that a tracer in the background can go on writing. SIGCHLD
// isn't raised for stops: nobody needs it, and raising it costs some 5 % of a stop. What was found is put back.
class SignalGuard {
 public:
  explicit SignalGuard(InteractiveMode mode);
  ~SignalGuard() { restore(); }
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  // Mask and dispositions as they were; async-signal-safe.
  void restore() const;

  // Blocked signals that interrupt the run. A signal that was blocked from the start isn't among them.
  const sigset_t& awaited() const { return awaited_; }

 private:
  static constexpr std::array<int, 5> ending_{SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM};
  static constexpr std::array<int, 10> touched_{SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE, SIGTERM,
                                                SIGTSTP, SIGTTIN, SIGTTOU, SIGCHLD, SIGURG};
  sigset_t awaited_;
  sigset_t mask_;
  std::array<struct sigaction, touched_.size()> actions_;
};

}  // namespace sysray::capture::ptrace
