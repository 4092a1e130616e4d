// What the consumer wants done with calls, and the delays of threads (class Tracer).
#include <fmt/format.h>
#include <string.h>

#include <limits>

#include "capture/ptrace/tracer.h"

namespace sysray::capture::ptrace {

using event::RawEvent;

// At the entry of a call, before it is shown.
void Tracer::ask_for_intervention(Tracee& tracee, RawEvent& event) {
  complete(event, tracee);
  memory_.look_at(tracee.tid);
  tracee.intervention = consumer_->judge(event, memory_).intervention;
  if (tracee.intervention) poke(tracee, tracee.intervention->poke_enter);
}

void Tracer::poke(Tracee& tracee, std::span<const Poke> pokes) {
  for (const Poke& poke : pokes) {
    RemoteAddress to{tracee.args[poke.argument]};
    size_t written = write_memory(tracee.tid, to, poke.bytes);
    int error = errno;
    if (written == 0) {
      messages_.say(fmt::format("Failed to tamper with process {}: couldn't poke", number(tracee.tid)));
      continue;
    }
    if (written < poke.bytes.size()) {
      messages_.say(fmt::format("pid:{} short write ({} < {}) @{:#x}: {}", number(tracee.tid), written,
                                poke.bytes.size(), to.value, strerror(error)));
    }
    tracee.tampering.args = true;
  }
}

// The entry was delivered.
void Tracer::leave_entry(Tracee& tracee, Stop stop) {
  if (!tracee.intervention) return go_on(tracee, std::move(stop));
  if (auto delay = tracee.intervention->delay_enter) {
    tracee.tampering.delayed = true;
    tracee.tampering.delay_enter = *delay;
    return hold_back(tracee, std::move(stop), *delay);
  }
  start_call(tracee, std::move(stop));
}

void Tracer::start_call(Tracee& tracee, Stop stop) {
  const Intervention& wanted = *tracee.intervention;
  if (wanted.result) {
    u64 substitute = wanted.result->substitutes[static_cast<size_t>(tracee.abi)];
    tracee.call_replaced = writer_.replace_call(tracee, substitute);
  }
  tracee.tampering.signal = static_cast<u8>(wanted.signal);
  // At a syscall-enter-stop the kernel sends the signal by itself (SI_KERNEL).
  go_on(tracee, std::move(stop), wanted.signal);
}

// At the exit of a call, before it is shown; `registers` are as the thread will find them.
void Tracer::finish_intervention(Tracee& tracee, abi::CallRegisters& registers) {
  poke(tracee, tracee.intervention->poke_exit);
  if (make_up_result(tracee)) {
    registers.result = tracee.intervention->result->value;
    registers.is_error = tracee.intervention->result->is_error;
    tracee.tampering.result = true;
  }
  if (auto delay = tracee.intervention->delay_exit) {
    tracee.tampering.delayed = true;
    tracee.tampering.delay_exit = *delay;
  }
}

bool Tracer::make_up_result(Tracee& tracee) {
  if (!tracee.call_replaced) return false;
  tracee.call_replaced = false;
  const MadeUpResult& result = *tracee.intervention->result;
  return writer_.replace_result(tracee, result.value, result.is_error);
}

// The exit was delivered.
void Tracer::leave_exit(Tracee& tracee, Stop stop) {
  if (tracee.intervention) {
    std::optional<Nanoseconds> delay = std::exchange(tracee.intervention, nullptr)->delay_exit;
    if (delay && !tracee.hidden) return hold_back(tracee, std::move(stop), *delay);
  }
  go_on(tracee, std::move(stop));
}

// The time begins with the stop, not with what was done since.
void Tracer::hold_back(Tracee& tracee, Stop stop, Nanoseconds delay) {
  tracee.delayed_until = delay < never - stamps_.monotonic ? stamps_.monotonic + delay : never;
  tracee.delayed_status = stop.status();
  std::move(stop).keep();
  delays_.add(tracee.tid, tracee.delayed_until);
}

void Tracer::end_delays(Nanoseconds monotonic) {
  while (auto ended = delays_.take_ended(monotonic)) {
    Tracee* tracee = tracees_.find(ended->tid);
    if (!tracee || tracee->delayed_until != ended->until) continue;  // it was killed meanwhile
    Stop stop = end_delay(*tracee);
    if (tracee->progress == Progress::shown)
      start_call(*tracee, std::move(stop));
    else
      go_on(*tracee, std::move(stop));
  }
}

Stop Tracer::end_delay(Tracee& tracee) {
  tracee.delayed_until = 0;
  return Stop(tracee.tid, tracee.delayed_status);
}

}  // namespace sysray::capture::ptrace
