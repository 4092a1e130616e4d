// The one table of options. The parser, --help, the manual page and the completions of shells derive from it.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/types.h"

namespace sysray::cli {

// clang-format off
enum class OptionId : u8 {
  align_column, append, detach_on, summary_only, summary, debug, daemonize, qualifier, environment, follow_forks,
  follow_forks_old, output_separately, help, instruction_pointer, interruptible, kill_on_exit, syscall_limit,
  syscall_number, argument_names, output, overhead, attach, trace_path, relative_time, string_limit, sort_by,
  absolute_time, duration, user, columns, no_abbrev, version, wall_clock, strings_in_hex, const_style, pidns_translation,
  successful_only, failed_only, seccomp, argv0, show_pid, color, trace, trace_fds, abbrev, verbose, raw, dump_read, dump_write,
  signals, status, quiet,
  decode_fds, decode_pids, decode_ids, secontext, inject, fault, backend, no_ptrace, everyone, ring_size, summary_by, histogram, interval, json, describe, whole_calls, record, generate,
  container, pod, cgroup, unit, pid_namespace, comm, exe, descendants, wait_for,
  stack_trace, stack_limit, tips, name_spaces, kvm,
  count,
};
// clang-format on

enum class Section : u8 { general, startup, tracing, filtering, format, statistics, tampering, miscellaneous };
enum class Arity : u8 { none, required, optional };  // optional: only as --name=VALUE

// A word that an option's value may consist of; for help and completion.
using Words = std::span<const std::string_view>;

struct OptionSpec {
  OptionId id{};
  char letter = 0;                               // 0: none
  std::array<std::string_view, 3> long_names{};  // the first is the one that is shown
  Section section{};
  Arity arity = Arity::none;                     // of the long form
  bool bare_letter = false;                      // the letter takes no value though the long form requires one
  std::string_view value{};                      // what help calls the value
  std::string_view sample{};                     // a value that makes sense, for examples
  std::string_view help{};                       // lines, separated by \n
  std::array<std::string_view, 4> qualifiers{};  // names for -e NAME=VALUE
  Words words{};                                 // what the value may be, if that is a list of fixed words
  bool sysray_only = false;                      // unknown under the name strace
  bool hidden = false;                           // not shown by help

  bool letter_takes_value() const { return arity == Arity::required && !bare_letter; }
};

// In the order in which ambiguous abbreviations are listed.
std::span<const OptionSpec> option_table();
const OptionSpec& option_spec(OptionId id);
std::string_view section_title(Section section);

}  // namespace sysray::cli
