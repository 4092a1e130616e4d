// ScriptedSource: delivers events that a test has written down, with the memory that belongs to them.
#pragma once

#include <vector>

#include "capture/source.h"
#include "event/memory_snapshot.h"

namespace sysray::capture::scripted {

struct Step {
  event::RawEvent event;
  event::MemorySnapshot memory;
};

class ScriptedSource : public Source {
 public:
  explicit ScriptedSource(std::vector<Step> steps, Ending ending = {}) : steps_(std::move(steps)), ending_(ending) {}
  Abilities abilities() const override { return {true, false}; }
  // Once each time it is called. A thread of which the consumer's verdict is to detach delivers nothing more.
  Result<Ending> run(Consumer& consumer) override;

 private:
  std::vector<Step> steps_;
  Ending ending_;
};

}  // namespace sysray::capture::scripted
