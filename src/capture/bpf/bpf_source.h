// The BPF source: calls are captured in the kernel, and threads run on meanwhile. Births, deaths, signals and stops are
// told of by ptrace, as by the ptrace source.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/messages.h"
#include "capture/source.h"
#include "describe/capture_plan.h"

namespace sysray::capture::bpf {

// As capture::ptrace::make_ptrace_source. `copies`, resolved, says what memory is captured with each call.
// `stand_still`: threads wait at the end of each call until it has been seen; for what has to be looked up meanwhile.
Result<std::unique_ptr<Source>> make_bpf_source(Plan plan, const describe::CapturePlan& copies, bool stand_still,
                                                Messages& messages);

}  // namespace sysray::capture::bpf
