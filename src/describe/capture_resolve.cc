#include "describe/capture_resolve.h"

#include <algorithm>

namespace sysray::describe {

namespace {

constexpr u64 max_elements = 1 << 16;  // of one array that are shown, whatever is asked for (decode/array_values.cc)

// How many elements or bytes an op's limit lets through.
u64 bound_of(const capture_op& op, u64 string_limit, bool verbose) {
  const u64 shown = std::min(string_limit, max_elements);
  switch (op.limit) {
    case CAPTURE_LIMIT_STRING_NUL: return string_limit + 1;
    case CAPTURE_LIMIT_ELEMENTS: return verbose ? max_elements : shown;
    case CAPTURE_LIMIT_ELEMENTS_MORE: return (verbose ? max_elements : shown) + 1;
    case CAPTURE_LIMIT_CUT_LIST: return shown + 1;
    default: return ~u64{0};
  }
}

void resolve_operand(capture_operand& operand, bool verbose) {
  if (operand.source != CAPTURE_VERBOSE) return;
  operand = {CAPTURE_CONSTANT, 0, 4, 0, verbose ? 1 : 0};
}

capture_op resolved(capture_op op, u64 string_limit, bool verbose) {
  resolve_operand(op.a, verbose);
  resolve_operand(op.b, verbose);
  if (op.limit == CAPTURE_LIMIT_NONE) return op;
  const u64 bound = bound_of(op, string_limit, verbose);
  const bool in_elements = op.kind == CAPTURE_BYTES && op.limit >= CAPTURE_LIMIT_ELEMENTS;
  const u64 each = in_elements ? op.stride : 1;
  if (bound < op.cap / each) op.cap = static_cast<u32>(bound * each);
  return op;
}

}  // namespace

CapturePlan resolve_capture_plan(const Model& model, const CaptureOptions& options) {
  CapturePlan plan;
  plan.programs.resize(capture_calls);
  if (model.capture_programs.size() <= 2 * capture_calls) return plan;
  const auto programs = model.capture_programs.subspan(options.descriptors ? capture_calls : 0, capture_calls);
  const capture_program& first_plan = model.capture_programs[2 * capture_calls];
  const auto ops = options.descriptors ? model.capture_ops : model.capture_ops.first(first_plan.entry.count);
  const auto cases = options.descriptors ? model.capture_cases : model.capture_cases.first(first_plan.exit.count);
  // Ops and cases once for each display that calls have: calls share them.
  constexpr u32 absent = ~u32{0};
  u32 first_op[] = {absent, absent};
  auto moved_by = [&](bool verbose) {
    u32& first = first_op[verbose ? 1 : 0];
    if (first != absent) return first;
    first = static_cast<u32>(plan.ops.size());
    const auto first_case = static_cast<u32>(plan.cases.size());
    for (capture_op op : ops) {
      if (op.kind == CAPTURE_SWITCH) op.stride += first_case;
      plan.ops.push_back(resolved(op, options.string_limit, verbose));
    }
    for (capture_case one : cases) {
      one.ops.first += first;
      plan.cases.push_back(one);
    }
    return first;
  };
  for (u32 i = 0; i < programs.size(); i++) {
    capture_program program = programs[i];
    if (program.entry.count == 0 && program.exit.count == 0) continue;
    const CaptureDisplay display = options.display(model.tables[i / CAPTURE_MAX_CALLS][i % CAPTURE_MAX_CALLS].syscall);
    if (display == CaptureDisplay::nothing) continue;
    const u32 first = moved_by(display == CaptureDisplay::verbose);
    program.entry.first += first;
    program.exit.first += first;
    plan.programs[i] = program;
  }
  return plan;
}

}  // namespace sysray::describe
