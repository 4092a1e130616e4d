#include "capture/ptrace/session.h"

#include <errno.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "capture/ptrace/attacher.h"

namespace sysray::capture::ptrace {

InteractiveMode interactive_mode(const Plan& plan) {
  if (plan.interactive != InteractiveMode::unset) return plan.interactive;
  return plan.daemon != DaemonMode::none ? InteractiveMode::never_tstp : InteractiveMode::waiting;
}

Result<void> Session::take_launched(Launcher started, unsigned long options, FilterCare care) {
  if (plan.debug && plan.daemon != DaemonMode::none) messages.say(fmt::format("new tracer pid is {}", getpid()));
  const s32 child = number(started.tid());
  // The child ends by itself when the launcher goes without having released it.
  if (::ptrace(PTRACE_SEIZE, child, nullptr, options) < 0)
    return Error{fmt::format("attach: ptrace(PTRACE_SEIZE, {})", child), strerror(errno), "", errno};
  if (plan.daemon != DaemonMode::none && !plan.quiet_attach) messages.say(fmt::format("Process {} attached", child));
  launcher.emplace(std::move(started));
  tracer.add_launched(*launcher, care);
  return {};
}

bool Session::attach(unsigned long options) {
  Attacher attacher(options, plan.quiet_attach, messages, plan.if_traced);
  bool any = false;
  for (Tid tid : plan.attach) {
    for (const Attached& thread : attacher.attach(tid, plan.follow_forks)) {
      tracer.add_attached(thread.tid, thread.tgid);
      any = true;
    }
  }
  return any;
}

}  // namespace sysray::capture::ptrace
