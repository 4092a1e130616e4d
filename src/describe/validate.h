// Invariants of a compiled model: what the decoder relies on without looking. Tests check every model with it; a blob
// that is not the build's own can be checked before its use.
#pragma once

#include "base/result.h"
#include "describe/model.h"

namespace sysray::describe {

// Succeeds if every index and range lies in its table, every text in the pool (a NUL behind it), every expression
// leaves one value and needs no more stack than the evaluator has, and what is sorted for binary search is sorted. The
// error names the first record that is wrong. Any bytes are safe as long as the spans themselves are.
Result<void> validate(const Model& model);

}  // namespace sysray::describe
