// Depth: what the BPF source captures with each call.
#pragma once

#include "base/types.h"
#include "capture/bpf/program/record.h"
#include "describe/capture_plan.h"

namespace sysray::capture::bpf {

struct Depth {
  describe::CapturePlan copies;  // resolved: which memory, and which descriptors
  bool names = false;            // of tasks that end
  u32 files = 0;                 // of what is behind descriptors: enum bpf_want_files
  // Threads wait at the end of each call until it has been seen; for what has to be looked up meanwhile.
  bool stand_still = false;
  bool stop_at_filters = false;  // threads stop at the end of calls that install a seccomp filter
};

}  // namespace sysray::capture::bpf
