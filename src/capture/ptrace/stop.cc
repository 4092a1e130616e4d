#include "capture/ptrace/stop.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/types.h>

namespace sysray::capture::ptrace {
namespace {

bool stops_process(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

}  // namespace

Stop::~Stop() {
  if (number(tid_)) finish(PTRACE_CONT, kind() == StopKind::signal ? signal() : 0);
}

StopKind Stop::kind() const {
  switch (status_ >> 16) {
    case 0: return signal() == (SIGTRAP | 0x80) ? StopKind::syscall : StopKind::signal;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK: return StopKind::fork;
    case PTRACE_EVENT_CLONE: return StopKind::clone;
    case PTRACE_EVENT_EXEC: return StopKind::exec;
    case PTRACE_EVENT_EXIT: return StopKind::exit;
    case PTRACE_EVENT_SECCOMP: return StopKind::seccomp;
    case PTRACE_EVENT_STOP: return stops_process(signal()) ? StopKind::group_stop : StopKind::trap;
  }
  return StopKind::other;
}

u64 Stop::message() const {
  unsigned long message = 0;
  ::ptrace(PTRACE_GETEVENTMSG, number(tid_), nullptr, &message);
  return message;
}

bool Stop::resume(Resume how, int signal) && {
  return finish(how == Resume::freely ? PTRACE_CONT : PTRACE_SYSCALL, signal);
}

bool Stop::listen() && { return finish(PTRACE_LISTEN, 0); }

bool Stop::detach(int signal) && { return finish(PTRACE_DETACH, signal); }

bool Stop::finish(int request, int signal) {
  pid_t pid = number(std::exchange(tid_, Tid{}));
  long data = signal;
  return ::ptrace(static_cast<__ptrace_request>(request), pid, nullptr, data) == 0;
}

}  // namespace sysray::capture::ptrace
