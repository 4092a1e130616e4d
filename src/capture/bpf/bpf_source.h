// The BPF source: calls are captured in the kernel, and threads run on meanwhile. Births, deaths, signals and stops are
// told of by ptrace, as by the ptrace source.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/bpf/depth.h"
#include "capture/messages.h"
#include "capture/source.h"

namespace sysray::capture::bpf {

// As capture::ptrace::make_ptrace_source.
Result<std::unique_ptr<Source>> make_bpf_source(Plan plan, const Depth& depth, Messages& messages);

}  // namespace sysray::capture::bpf
