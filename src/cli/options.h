// Options: what the command line asks for, ready for the stages. Built once by the parser, const afterwards.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capture/source.h"
#include "decode/options.h"
#include "filter/set_expression.h"
#include "filter/target_filter.h"
#include "resolve/security_contexts.h"
#include "resolve/targets.h"
#include "sink/summary_options.h"
#include "sink/text_options.h"
#include "tamper/rule.h"

namespace sysray::cli {

enum class Form : u8 { text, json };
enum class Backend : u8 { automatic, ptrace, bpf };
// Stops within a second from which on the automatic choice is BPF: some 5 ms of them.
constexpr u64 default_backend_stops = 1000;
enum class ColorChoice : u8 { automatic, always, never };

// Where the trace goes.
struct OutputChoice {
  std::optional<std::string> path;  // as given to -o: a file, or a command behind | or !; none: standard error
  bool to_command = false;
  bool append = false;
  bool per_thread = false;  // PATH.TID
};

// What of the captured events is shown; the set of calls is in the capture plan.
struct EventFilter {
  filter::SignalSet signals = filter::SignalSet().set();
  filter::TargetFilter targets;
  u64 call_limit = 0;  // calls after which all is let go; 0: none
};

struct Options {
  capture::Plan plan;
  Backend backend = Backend::ptrace;
  u64 backend_stops = default_backend_stops;
  std::vector<resolve::Target> targets;  // beside the ids in the plan
  bool wait_for_targets = false;
  decode::Options decode;
  EventFilter filter;
  std::vector<tamper::Rule> injections;
  Form form = Form::text;
  bool tell_short_reads = false;  // under the name strace
  bool show_events = true;        // -c clears it
  sink::TextOptions text;
  ColorChoice color = ColorChoice::automatic;
  std::optional<resolve::SecurityStyle> security;  // --secontext
  std::optional<sink::SummaryOptions> summary;     // -c, -C
  std::optional<std::string> record;               // --record: a file for a recording
  std::optional<std::string> replay;               // sysray replay: a recording, in place of a program
  size_t stack_limit = 256;                        // frames
  bool stack_lines = false;                        // -kk
  bool vcpus = false;                              // --kvm
  OutputChoice output;
};

}  // namespace sysray::cli
