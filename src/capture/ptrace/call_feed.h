// CallFeed: where a Tracer's calls come from if it does not stop threads at them, and what the two must tell each
// other.
#pragma once

#include <string_view>

#include "abi/registers.h"
#include "base/types.h"
#include "event/memory_view.h"
#include "event/raw_event.h"

namespace sysray::capture::ptrace {

// The beginning or the end of a call, captured while the thread ran on.
struct CapturedCall {
  Tid tid{};
  Tgid tgid{};
  bool at_exit = false;
  bool before = false;  // at the beginning: it began before tracing did; only its end is news
  abi::CallRegisters registers;
  Nanoseconds time = 0;       // CLOCK_REALTIME
  Nanoseconds monotonic = 0;  // CLOCK_MONOTONIC
  Nanoseconds cpu_time = 0;   // of the thread, if the plan wants it; only differences mean something
  event::SocketFact socket;
  const event::CapturedFiles* files = nullptr;
  event::EndedTasks* ended = nullptr;
  u32 network = 0;        // event::RawEvent
  std::string_view comm;  // if the plan wants it
  event::MemoryView& memory;
};

class CallFeed {
 public:
  virtual ~CallFeed() = default;
  // The thread stands still; its calls are wanted from now on. `in_call`: it may be inside one.
  virtual void begin(Tid tid, bool in_call) = 0;
  // They are wanted no more. True if a signal with which the feed throttles is pending for the thread.
  virtual bool end(Tid tid) = 0;
  // The thread stands in a signal-delivery-stop for a SIGSTOP from the kernel, with which the feed throttles. It stays
  // stopped until Tracer::end_throttling().
  virtual void throttled(Tid tid, int status) = 0;
};

}  // namespace sysray::capture::ptrace
