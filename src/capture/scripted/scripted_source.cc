#include "capture/scripted/scripted_source.h"

#include <set>

namespace sysray::capture::scripted {

Result<Ending> ScriptedSource::run(Consumer& consumer) {
  std::set<Tid> detached;
  for (Step& step : steps_) {
    if (consumer.wants_stop()) return Ending{};
    if (detached.contains(step.event.tid)) continue;
    if (consumer.on_event(step.event, step.memory).detach) detached.insert(step.event.tid);
  }
  consumer.on_idle();
  return ending_;
}

}  // namespace sysray::capture::scripted
