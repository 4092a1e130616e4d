#include "cli/backend.h"

#include <utility>

#include "capture/ptrace/ptrace_source.h"
#ifdef SYSRAY_BPF
#include "capture/bpf/bpf_source.h"
#include "describe/capture_resolve.h"
#endif

namespace sysray::cli {

namespace {

#ifdef SYSRAY_BPF

// What decoding will read, as far as the options let it.
describe::CapturePlan copies_of(const Options& options, const describe::Model& model) {
  describe::CaptureOptions wanted;
  wanted.string_limit = options.decode.string_limit;
  wanted.display = [&options](u32 syscall) {
    if (options.decode.raw.contains(syscall)) return describe::CaptureDisplay::nothing;
    return options.decode.abbreviate.contains(syscall) ? describe::CaptureDisplay::abbreviated
                                                       : describe::CaptureDisplay::verbose;
  };
  return describe::resolve_capture_plan(model, wanted);
}

Result<std::unique_ptr<capture::Source>> make_bpf_source(const Options& options, capture::Plan plan,
                                                         const describe::Model& model, capture::Messages& messages) {
  return capture::bpf::make_bpf_source(std::move(plan), copies_of(options, model), messages);
}

#else

Result<std::unique_ptr<capture::Source>> make_bpf_source(const Options&, capture::Plan, const describe::Model&,
                                                         capture::Messages&) {
  return Error{"BPF backend", "this sysray was built without it", "use --backend=ptrace"};
}

#endif

}  // namespace

Result<std::unique_ptr<capture::Source>> make_live_source(const Options& options, capture::Plan plan,
                                                          const describe::Model& model, capture::Messages& messages) {
  if (options.backend != Backend::bpf) return capture::ptrace::make_ptrace_source(std::move(plan), messages);
  if (plan.tampers)
    return Error{"BPF backend", "it cannot tamper with calls", "use --backend=ptrace, or leave the choice to sysray"};
  if (plan.watch)
    return Error{"BPF backend", "it cannot look for processes that will belong to a target", "use --backend=ptrace"};
  return make_bpf_source(options, std::move(plan), model, messages);
}

}  // namespace sysray::cli
