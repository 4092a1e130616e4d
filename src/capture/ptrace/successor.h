// Successor: what may take over a ptrace session while it runs, to capture calls at less cost.
#pragma once

#include "base/result.h"
#include "capture/ptrace/session.h"
#include "capture/source.h"

namespace sysray::capture::ptrace {

class Successor {
 public:
  virtual ~Successor() = default;

  // As of Abilities, once it has taken over.
  virtual bool captures_files() const = 0;

  enum class Step : u8 {
    wait,     // go on
    prepare,  // call prepare() now
    take,     // call take() now, and run() if it succeeds
  };
  // Asked again and again: `stops` were handled in all by `monotonic` (CLOCK_MONOTONIC).
  virtual Step next(u64 stops, Nanoseconds monotonic) = 0;
  // Gets ready in the background.
  virtual void prepare(const Session& session) = 0;
  // Takes the session over: its threads go over one by one. False: it can't, and won't ask again.
  virtual bool take(Session& session) = 0;
  // Goes on to the end of the session, as Source::run.
  virtual Result<Ending> run(Consumer& consumer) = 0;
};

}  // namespace sysray::capture::ptrace
