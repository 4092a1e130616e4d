#include "cli/scribe.h"

#include <sys/prctl.h>

#include <algorithm>

#include "resolve/proc_resolver.h"

namespace sysray::cli {

namespace {

decode::Options in_depth(const Options& options) {
  decode::Options depth = options.decode;
  depth.string_limit = Scribe::string_limit(options);
  depth.abbreviate = event::CallSet::nothing();
  depth.dereference = event::CallSet::everything();
  depth.raw = event::CallSet::nothing();
  depth.fd_paths = true;
  depth.fd_details = resolve::detail_all | resolve::detail_info | resolve::detail_ends;
  depth.pid_names = true;
  depth.translate_pids = true;
  depth.id_chains = true;
  depth.containers = true;
  depth.user_names = true;
  depth.namespaces = true;
  return depth;
}

}  // namespace

std::unique_ptr<resolve::Resolver> make_live_resolver(const Options& options, const decode::Options& decode,
                                                      capture::Abilities abilities) {
  std::optional<resolve::SecurityContexts> security;
  if (options.security) security.emplace(*options.security);
  resolve::Sight sight;
  sight.stopped = abilities.stops_threads;
  sight.captured = abilities.captures_files;
  const capture::Plan& plan = options.plan;
  sight.all_calls = plan.calls.all && plan.follow_forks;
  // A filter that this process has is inherited, and who listens to it may change descriptors (seccomp_unotify(2)).
  sight.from_start = plan.launch && plan.attach.empty() && !plan.watch && prctl(PR_GET_SECCOMP) == 0;
  sight.translates_ids = decode.translate_pids || decode.pid_names || decode.id_chains || decode.namespaces;
  sight.descriptors = decode.wants_descriptors();
  auto resolver = std::make_unique<resolve::ProcResolver>(std::move(sight), std::move(security));
  if (decode.stacks) resolver->read_stacks(options.stack_limit, options.stack_lines);
  if (options.vcpus) resolver->read_vcpus();
  return resolver;
}

size_t Scribe::string_limit(const Options& options) {
  constexpr size_t least = 256;
  return std::max(options.decode.string_limit, least);
}

Scribe::Scribe(const Options& options, const describe::Model& model, capture::Abilities abilities)
    : depth_(in_depth(options)),
      live_(make_live_resolver(options, depth_, abilities)),
      recorder_(*live_),
      decoder_(model, depth_, recorder_) {}

std::span<const std::byte> Scribe::on_event(const event::RawEvent& event, event::MemoryView& memory) {
  recorder_.clear();
  decoder_.on(event, memory);
  return recorder_.answers();
}

}  // namespace sysray::cli
