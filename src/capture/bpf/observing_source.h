// The BPF source without ptrace: threads are observed and never stopped, so that others may trace them as well. What
// finds no room in the rings is lost, and said where it is missing.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/bpf/depth.h"
#include "capture/messages.h"
#include "capture/source.h"

namespace sysray::capture::bpf {

// As make_bpf_source, for plans with `observe`.
Result<std::unique_ptr<Source>> make_observing_source(Plan plan, const Depth& depth, Messages& messages);

}  // namespace sysray::capture::bpf
