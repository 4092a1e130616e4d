#include "capture/ptrace/signal_guard.h"

namespace sysray::capture::ptrace {
namespace {

void set_action(int signal, void (*action)(int), int flags = 0) {
  struct sigaction wanted {};
  wanted.sa_handler = action;
  wanted.sa_flags = flags;
  sigaction(signal, &wanted, nullptr);
}

}  // namespace

SignalGuard::SignalGuard(InteractiveMode mode) {
  for (size_t i = 0; i < touched_.size(); i++) sigaction(touched_[i], nullptr, &actions_[i]);
  sigprocmask(SIG_SETMASK, nullptr, &mask_);
  sigemptyset(&awaited_);
  for (int signal : ending_) {
    if (mode == InteractiveMode::never || mode == InteractiveMode::never_tstp) set_action(signal, SIG_IGN);
    if (mode == InteractiveMode::waiting && !sigismember(&mask_, signal)) sigaddset(&awaited_, signal);
  }
  if (mode == InteractiveMode::never_tstp) set_action(SIGTSTP, SIG_IGN);
  set_action(SIGTTIN, SIG_IGN);
  set_action(SIGTTOU, SIG_IGN);
  // Ignored, it would make the kernel reap children unseen.
  set_action(SIGCHLD, SIG_DFL, SA_NOCLDSTOP);
  sigprocmask(SIG_BLOCK, &awaited_, nullptr);
}

void SignalGuard::restore() const {
  for (size_t i = 0; i < touched_.size(); i++) sigaction(touched_[i], &actions_[i], nullptr);
  sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

}  // namespace sysray::capture::ptrace
