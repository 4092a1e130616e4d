#include "cli/unneeded.h"

namespace sysray::cli {

namespace {

// Calls that aren't shown leave a trace: in the time since the last one, in what stands in front of a signal, in the
// order of lines, in the time that a thread has used, in messages about its memory, in what is known of its
// descriptors.
bool leaves_trace(const Options& options) {
  const sink::TextOptions& text = options.text;
  return text.relative_time || text.absolute_time == sink::TimePrefix::relative || text.instruction_pointer ||
         text.syscall_number || text.command_names || text.start_order || options.plan.want_system_time ||
         options.tell_short_reads || options.decode.wants_descriptors() || options.decode.find_targets ||
         options.filter.targets.active() || options.record;
}

}  // namespace

capture::Unneeded unneeded_outcomes(const Options& options, const describe::Model& model) {
  using sink::Status;
  capture::Unneeded unneeded;
  const u32 shown = options.text.status_mask;
  auto shows = [shown](Status status) { return (shown >> static_cast<unsigned>(status) & 1) != 0; };
  // A call that has no outcome yet is not known to be unneeded.
  if (shows(Status::unfinished) || shows(Status::unavailable) || shows(Status::detached) || leaves_trace(options))
    return unneeded;
  unneeded.successes = !shows(Status::successful);
  unneeded.failures = !shows(Status::failed);
  const auto table = model.tables[static_cast<size_t>(event::Abi::x86_64)];
  for (size_t number = 0; number < table.size() && number < unneeded.calls.size(); number++)
    unneeded.calls[number] = table[number].syscall != describe::none;
  return unneeded;
}

}  // namespace sysray::cli
