// Derives the capture plan of a model: for every call of every ABI, and each case of those that have cases, the
// programs that copy the memory which decoding reads (capture_ops.h).
#pragma once

#include <vector>

#include "describe/capture_ops.h"
#include "describe/model.h"

namespace sysray::describe {

struct CapturePlan {
  std::vector<capture_op> ops;
  std::vector<capture_case> cases;
  std::vector<capture_program> programs;  // CAPTURE_ABIS * CAPTURE_MAX_CALLS
};

// Looks at nothing of the model that concerns plans.
CapturePlan derive_capture_plan(const Model& model);

}  // namespace sysray::describe
