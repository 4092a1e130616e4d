#include "cli/backend.h"

#include <errno.h>

#include <algorithm>
#include <string>
#include <utility>

#include "capture/ptrace/ptrace_source.h"
#ifdef SYSRAY_BPF
#include "capture/bpf/bpf_source.h"
#include "capture/bpf/successor.h"
#include "cli/unneeded.h"
#include "describe/capture_ops.h"
#include "describe/capture_resolve.h"
#include "resolve/descriptor.h"
#endif

namespace sysray::cli {

namespace {

// The errors of the BPF backend itself begin with this.
constexpr std::string_view backend_name = "BPF backend";

// Bytes of one string that surely find room beside others in what BPF captures of a call.
constexpr size_t longest_captured = 16 << 10;

// What shows exactly only while threads stand still. Empty: nothing of that is asked for.
std::string_view what_needs_stops(const Options& options, const capture::Plan& plan) {
  const decode::Options& decode = options.decode;
  if (decode.stacks) return "stacks are read from threads that stand still";
  if (decode.pid_names || decode.translate_pids) return "ids are looked up while threads stand still";
  if (options.vcpus) return "virtual CPUs are looked at while threads stand still";
  if (decode.namespaces) return "namespaces are looked up while threads stand still";
  if (options.security) return "security contexts are looked up while threads stand still";
  if (!decode.dump_sent.empty()) return "what was sent is dumped when the call has ended";
  if (decode.string_limit > longest_captured) return "so long strings are read while threads stand still";
  if (options.record) return "a recording holds more memory than is shown";
  if (plan.allow_seccomp) return "--seccomp-bpf is about ptrace";
  if (plan.detach_on_exec) return "threads are let go at their execve";
  return {};
}

#ifdef SYSRAY_BPF

// Of what is behind descriptors, all that may be shown.
u32 files_of(const Options& options) {
  const decode::Options& decode = options.decode;
  u32 wanted = 0;
  if (decode.fd_paths || decode.find_targets) wanted |= BPF_WANT_NAMES;
  if (decode.fd_details != 0) wanted |= BPF_WANT_NAMES | BPF_WANT_DETAILS;
  if (options.record) wanted |= BPF_WANT_NAMES | BPF_WANT_DETAILS;
  if (options.record || decode.fd_details & resolve::detail_info) wanted |= BPF_WANT_INFO;
  return wanted;
}

// What decoding will read, as far as the options let it.
describe::CapturePlan copies_of(const Options& options, const describe::Model& model) {
  describe::CaptureOptions wanted;
  wanted.string_limit = options.decode.string_limit;
  // Dumps show the buffers whole.
  if (!options.decode.dump_received.empty() || !options.decode.dump_sent.empty())
    wanted.string_limit = std::max<size_t>(wanted.string_limit, describe::CAPTURE_MAX_BYTES);
  wanted.descriptors = files_of(options) != 0;
  wanted.display = [&options](u32 syscall) {
    // Whether a call touches a file, its whole lists must tell.
    if (options.decode.find_targets) return describe::CaptureDisplay::verbose;
    if (options.decode.raw.contains(syscall)) return describe::CaptureDisplay::nothing;
    return options.decode.abbreviate.contains(syscall) ? describe::CaptureDisplay::abbreviated
                                                       : describe::CaptureDisplay::verbose;
  };
  return describe::resolve_capture_plan(model, wanted);
}

capture::bpf::Depth depth_of(const Options& options, const capture::Plan& plan, const describe::Model& model) {
  const bool stand_still = !plan.observe && !what_needs_stops(options, plan).empty();
  return {.copies = copies_of(options, model),
          .names = options.record || options.decode.pid_names,
          .files = files_of(options),
          .stand_still = stand_still};
}

Result<std::unique_ptr<capture::Source>> make_bpf_source(const Options& options, capture::Plan plan,
                                                         const describe::Model& model, capture::Messages& messages) {
  const capture::bpf::Depth depth = depth_of(options, plan, model);
  if (!depth.stand_still) plan.unneeded = unneeded_outcomes(options, model);
  return capture::bpf::make_bpf_source(std::move(plan), depth, messages);
}

// Takes over from ptrace once that pays. Nothing, and the plan as it is: an error says why it cannot.
Result<std::unique_ptr<capture::ptrace::Successor>> make_successor(const Options& options, capture::Plan& plan,
                                                                   const describe::Model& model) {
  if (auto checked = capture::bpf::check_requirements(); !checked) return checked.error();
  plan.unneeded = unneeded_outcomes(options, model);
  return capture::bpf::make_successor({.depth = [&options, plan, &model] { return depth_of(options, plan, model); },
                                       .files = files_of(options) != 0,
                                       .stops = options.backend_stops});
}

#else

Error not_built() {
  return {std::string(backend_name), "this sysray was built without it", "use --backend=ptrace", ENOSYS};
}

Result<std::unique_ptr<capture::Source>> make_bpf_source(const Options&, capture::Plan, const describe::Model&,
                                                         capture::Messages&) {
  return not_built();
}

Result<std::unique_ptr<capture::ptrace::Successor>> make_successor(const Options&, capture::Plan&,
                                                                   const describe::Model&) {
  return not_built();
}

#endif

// What the BPF source cannot do. Empty: it can do what is asked for.
std::string_view what_bpf_lacks(const Options& options, const capture::Plan& plan) {
  if (plan.tampers) return "it cannot tamper with calls";
  if (options.decode.states) return "it cannot look at a virtual CPU before a call changes it";
  if (plan.watch) return "it cannot look for processes that will belong to a target";
  return {};
}

// The source that captures with the least cost and shows the same as the others.
Result<std::unique_ptr<capture::Source>> choose_source(const Options& options, capture::Plan plan,
                                                       const describe::Model& model, capture::Messages& messages) {
  std::string why(what_bpf_lacks(options, plan));
  if (why.empty()) why = what_needs_stops(options, plan);
  std::unique_ptr<capture::ptrace::Successor> successor;
  if (why.empty()) {
    auto made = make_successor(options, plan, model);
    if (made)
      successor = std::move(*made);
    else
      why = made.error().observed + (made.error().hint.empty() ? "" : " (" + made.error().hint + ")");
  }
  if (plan.debug && !successor) messages.say("not the BPF backend, but ptrace: " + why);
  return capture::ptrace::make_ptrace_source(std::move(plan), messages, std::move(successor));
}

}  // namespace

Result<std::unique_ptr<capture::Source>> make_live_source(const Options& options, capture::Plan plan,
                                                          const describe::Model& model, capture::Messages& messages) {
  if (options.backend == Backend::ptrace) return capture::ptrace::make_ptrace_source(std::move(plan), messages);
  if (!options.tell_short_reads) plan.if_traced = "--no-ptrace traces it all the same";
  if (options.backend == Backend::automatic) return choose_source(options, std::move(plan), model, messages);
  if (const std::string_view lack = what_bpf_lacks(options, plan); !lack.empty())
    return Error{std::string(backend_name), std::string(lack), "use --backend=ptrace, or --backend=auto", EINVAL};
  return make_bpf_source(options, std::move(plan), model, messages);
}

}  // namespace sysray::cli
