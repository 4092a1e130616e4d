// CallCapture: follows the calls of all threads, and runs the capture programs of each at its entry and at its exit.
#pragma once

#include <unordered_map>

#include "capture/snapshot/plan_runner.h"

namespace sysray::capture {

class CallCapture {
 public:
  // A resolved plan.
  explicit CallCapture(describe::CapturePlan plan) : plan_(std::move(plan)), runner_(plan_) {}
  CallCapture(const CallCapture&) = delete;
  CallCapture& operator=(const CallCapture&) = delete;

  // Adds to the snapshot what decoding the event needs. Events that are no calls need nothing. False: something was cut
  // by the limits of capture programs, or must be read live.
  bool capture(const event::RawEvent& raw, event::MemoryView& memory, event::MemorySnapshot& snapshot);
  // Of the event that was captured last: PlanRunner.
  std::span<const s32> descriptors() const { return runner_.descriptors(); }

 private:
  describe::CapturePlan plan_;
  PlanRunner runner_;
  std::unordered_map<s32, CapturedCall> open_;  // by thread
};

}  // namespace sysray::capture
