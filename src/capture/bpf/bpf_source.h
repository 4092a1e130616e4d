// The BPF source: calls are captured in the kernel, and threads run on meanwhile. Births, deaths, signals and stops are
// told of by ptrace, as by the ptrace source.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/bpf/depth.h"
#include "capture/bpf/object.h"
#include "capture/messages.h"
#include "capture/source.h"

namespace sysray::capture::bpf {

struct LoadedObject {
  std::unique_ptr<Object> object;
  bool files = false;  // it notes what is behind descriptors
};

// On a kernel that lacks what notes of files need, the names are to be looked up.
Result<LoadedObject> load_object(const Plan& plan, Depth depth, Messages& messages);

// PTRACE_SETOPTIONS for threads whose calls come from the program.
unsigned long fed_options(const Plan& plan);

// As capture::ptrace::make_ptrace_source.
Result<std::unique_ptr<Source>> make_bpf_source(Plan plan, const Depth& depth, Messages& messages);

}  // namespace sysray::capture::bpf
