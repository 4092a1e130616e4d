// ParserState: what the parser knows of a command line half read. Internal to the parser's files.
#pragma once

#include <errno.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/parser.h"
#include "cli/scanner.h"
#include "cli/summary_columns.h"
#include "cli/values.h"
#include "filter/call_numbers.h"

namespace sysray::cli {

// `hint`: why, and what to do; not shown under the name strace.
Error usage_error(std::string cause, std::string hint = {});  // wrong use: a pointer to the help follows
Error failure(std::string cause, std::string hint = {});

// How often an option was given: by its letter, by its name or as a qualifier of -e.
struct Uses {
  int letter = 0;
  int name = 0;
};

class ParserState {
 public:
  ParserState(bool strict, const describe::Model& model) : strict_(strict), model_(model) {}

  // `replay`: the rest of the line is a recording, not a program.
  Command run(const ScannedLine& line, bool replay);

 private:
  Options& options() { return command_.options; }
  const Uses& uses(OptionId id) const { return uses_[static_cast<size_t>(id)]; }
  bool given(OptionId id) const { return uses(id).letter + uses(id).name > 0; }
  void warn(std::string text) { command_.warnings.push_back(std::move(text)); }
  static Error invalid(const Given& given);

  // parser.cc, parse_format.cc: one option
  Result<void> apply(const Given& given);
  Result<void> apply_in_section(const Given& given);
  Result<void> apply_general(const Given& given);
  Result<void> apply_startup(const Given& given);
  Result<void> add_target(resolve::TargetKind kind, const std::string& text);
  Result<void> apply_tracing(const Given& given);
  Result<void> apply_filtering(const Given& given);
  Result<void> apply_format(const Given& given);
  Result<void> apply_statistics(const Given& given);
  Result<void> apply_tampering(const Given& given);
  Result<void> apply_miscellaneous(const Given& given);
  Result<void> apply_call_set(const Given& given);
  Result<void> apply_stack_trace(const Given& given);
  Result<void> apply_tips(const Given& given);
  Result<void> apply_dumps(const Given& given, event::NumberSet& descriptors);
  Result<void> apply_messages(const Given& given);
  Result<void> apply_fd_details(const Given& given);
  Result<void> apply_pid_details(const Given& given);
  Result<void> apply_security(const Given& given);
  Result<void> apply_format_flag(const Given& given);
  Result<void> apply_precision(const Given& given, sink::Precision& precision);
  Result<void> apply_hex_strings(const Given& given);
  Result<void> apply_const_style(const Given& given);
  Result<void> apply_color(const Given& given);

  // checks.cc: how the options go together, in the order in which strace finds fault
  Result<void> check_program(bool has_program);
  Result<void> check_observation();
  Result<void> check_replay(std::span<const char* const> rest);
  Result<void> check_both_forms();
  void settle_seccomp();
  Result<void> check_summary();
  void warn_of_useless();
  void warn_of_untraced_injections();
  void resolve_paths();
  Result<void> check_user();
  Result<void> check_output();

  // settle.cc: what follows from the options
  void settle_counts();
  void settle_follow_forks();
  void settle_output(bool has_program);
  void settle_targets();
  void settle_plan(std::span<const char* const> program);
  void settle_summary();
  void settle_recording();

  const bool strict_;
  const describe::Model& model_;
  Command command_;
  std::array<Uses, static_cast<size_t>(OptionId::count)> uses_{};

  capture::Launch launch_;                     // without argv
  std::optional<filter::CallNumbers> traced_;  // -e trace; nullopt: all
  std::vector<std::string> paths_;             // -P
  sink::SummaryOptions summary_;
  u32 messages_off_ = 0;  // quiet=: bits of Message
};

// Messages that quiet= turns off.
enum class Message : u32 { attach = 1, exit = 2, path_resolution = 4, personality = 8, superseded = 16, all = 31 };

constexpr u16 status_bit(sink::Status status) { return static_cast<u16>(1u << static_cast<unsigned>(status)); }
Result<u16> parse_statuses(std::string_view text);

}  // namespace sysray::cli
