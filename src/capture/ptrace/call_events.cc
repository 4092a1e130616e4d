#include "capture/ptrace/call_events.h"

#include <sys/wait.h>

namespace sysray::capture::ptrace {

using event::RawEvent;
using event::RawKind;

namespace {

// errno values with which the kernel restarts a call; user mode never sees them (linux/errno.h in the kernel).
bool asks_for_restart(s64 result) {
  return result == -512 /* ERESTARTSYS */ || result == -513 /* ERESTARTNOINTR */ ||
         result == -514 /* ERESTARTNOHAND */ || result == restart_block;
}

bool is_restart_syscall(event::Abi abi, u64 number) { return number == (abi == event::Abi::i386 ? 0 : 219); }

void add_surroundings(RawEvent& event, const CapturedCall& call) {
  event.socket = call.socket;
  event.files = call.files;
  event.ended = call.ended;
  event.network = call.network;
}

}  // namespace

bool is_launching_call(const Tracee& tracee) {
  constexpr u64 execve = 59;
  return tracee.abi == event::Abi::x86_64 && tracee.number == execve;
}

RawEvent enter_event(const Tracee& tracee, const abi::CallRegisters& registers) {
  RawEvent event;
  event.kind = RawKind::call_enter;
  event.abi = tracee.abi;
  event.number = tracee.number;
  event.args = tracee.args;
  if (is_restart_syscall(tracee.abi, tracee.number)) event.resumes = tracee.interrupted;
  event.instruction_pointer = registers.instruction_pointer;
  event.stack_pointer = registers.stack_pointer;
  return event;
}

// One that is broken off again keeps what it resumes.
void note_restart(Tracee& tracee, s64 result) {
  if (result == restart_block && !is_restart_syscall(tracee.abi, tracee.number)) tracee.interrupted = tracee.number;
}

RawEvent exit_event(const Tracee& tracee, const abi::CallRegisters& registers) {
  RawEvent event = unfinished_event(tracee);
  event.result = registers.result;
  event.is_error = registers.is_error;
  event.has_result = !(registers.is_error && asks_for_restart(registers.result));
  event.instruction_pointer = registers.instruction_pointer;
  event.stack_pointer = registers.stack_pointer;
  return event;
}

RawEvent unfinished_event(const Tracee& tracee) {
  RawEvent event;
  event.kind = RawKind::call_exit;
  event.abi = tracee.abi;
  event.number = tracee.number;
  event.args = tracee.args;
  event.has_result = false;
  return event;
}

void remember_call(Tracee& tracee, const CapturedCall& call) {
  tracee.abi = call.registers.call.abi;
  tracee.number = call.registers.call.number;
  tracee.args = call.registers.args;
}

RawEvent captured_enter_event(Tracee& tracee, const CapturedCall& call) {
  tracee.cpu_time_at_enter = call.cpu_time;
  RawEvent event = enter_event(tracee, call.registers);
  add_surroundings(event, call);
  return event;
}

RawEvent captured_exit_event(Tracee& tracee, const CapturedCall& call, bool begun) {
  if (begun) tracee.system_time += call.cpu_time - tracee.cpu_time_at_enter;
  note_restart(tracee, call.registers.result);
  RawEvent event = exit_event(tracee, call.registers);
  add_surroundings(event, call);
  return event;
}

RawEvent death_event(const Tracee& tracee, int status) {
  RawEvent event;
  event.abi = tracee.abi;
  event.kind = WIFEXITED(status) ? RawKind::exited : RawKind::killed;
  event.status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
  event.core_dumped = !WIFEXITED(status) && WCOREDUMP(status);
  return event;
}

void note_ending(Ending& ending, const RawEvent& death) {
  (death.kind == RawKind::exited ? ending.exit_status : ending.fatal_signal) = death.status;
}

}  // namespace sysray::capture::ptrace
