// Session: what tracing with ptrace holds from its first tracee to its last, wherever calls come from meanwhile.
#pragma once

#include <optional>

#include "capture/messages.h"
#include "capture/ptrace/launcher.h"
#include "capture/ptrace/signal_guard.h"
#include "capture/ptrace/tracer.h"
#include "capture/source.h"

namespace sysray::capture::ptrace {

// What the plan's -I comes to.
InteractiveMode interactive_mode(const Plan& plan);

struct Session {
  Session(Plan the_plan, Messages& the_messages)
      : plan(std::move(the_plan)), messages(the_messages), signals(interactive_mode(plan)), tracer(plan, messages) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Seizes the program's process and makes it the tracer's.
  Result<void> take_launched(Launcher started, unsigned long options, FilterCare care);
  // Attaches to what the plan names. False: to nothing.
  bool attach(unsigned long options);

  // The pipe to the process that stands in for the tracer; -1: there is none.
  int to_peer() const { return launcher ? launcher->to_stand_in() : -1; }

  const Plan plan;
  Messages& messages;
  SignalGuard signals;
  std::optional<Launcher> launcher;
  Tracer tracer;
};

}  // namespace sysray::capture::ptrace
