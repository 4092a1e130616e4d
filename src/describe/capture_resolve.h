// Fits the capture plan to what is displayed: bounds of strings and lists, abbreviated or not.
#pragma once

#include <functional>

#include "describe/capture_plan.h"

namespace sysray::describe {

enum class CaptureDisplay : u8 {
  nothing,  // the call's memory is not looked at
  abbreviated,
  verbose,
};

struct CaptureOptions {
  u64 string_limit = 32;     // -s
  bool descriptors = false;  // the files behind them are noted
  // By index of the call in the model.
  std::function<CaptureDisplay(u32 syscall)> display = [](u32) { return CaptureDisplay::abbreviated; };
};

// A plan that can be run. What is not displayed has empty programs.
CapturePlan resolve_capture_plan(const Model& model, const CaptureOptions& options);

}  // namespace sysray::describe
