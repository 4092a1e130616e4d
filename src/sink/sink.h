// Sink: shows Events. Sinks are fed in order; an Event is valid during the call only.
#pragma once

#include "event/event.h"

namespace sysray::sink {

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void on_event(const event::Event& event) = 0;
  // Nothing more is pending for the moment: what was buffered should become visible.
  virtual void flush() {}
  // Time passes (CLOCK_REALTIME), with or without events; only if it was asked for (capture::Plan::tick).
  virtual void tick(Nanoseconds) {}
  // The last event was delivered.
  virtual void finish() {}
};

}  // namespace sysray::sink
