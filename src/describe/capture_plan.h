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

inline constexpr u32 capture_calls = CAPTURE_ABIS * CAPTURE_MAX_CALLS;

// Two plans, one behind the other, as a model holds them: the second one's programs also note the files behind
// descriptors. Behind both an entry that is no program: how many ops (`entry.count`) and cases (`exit.count`) the first
// plan has. Looks at nothing of the model that concerns plans.
CapturePlan derive_capture_plan(const Model& model);

}  // namespace sysray::describe
