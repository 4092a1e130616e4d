// What follows from the options once all of them are known; and the order of it all.
#include "cli/parser_state.h"
#include "resolve/descriptor.h"

namespace sysray::cli {

Command ParserState::run(const ScannedLine& line, bool replay) {
  auto refuse = [this](Error error) {
    command_.refusal = std::move(error);
    return std::move(command_);
  };
  for (const Given& given : line.options) {
    if (auto applied = apply(given); !applied) return refuse(applied.error());
    if (command_.request == Request::help) return std::move(command_);
  }
  if (line.error) {
    Error error = *line.error;
    error.code = EINVAL;
    return refuse(std::move(error));
  }
  if (command_.request != Request::trace) return std::move(command_);

  const bool has_program = !line.rest.empty();
  auto check = replay ? check_replay(line.rest) : check_program(has_program);
  if (check) {
    settle_counts();
    check = check_both_forms();
  }
  if (check) {
    settle_seccomp();
    settle_follow_forks();
    check = check_summary();
  }
  if (check) {
    warn_of_useless();
    warn_of_untraced_injections();
    resolve_paths();
    check = check_user();
  }
  if (check) check = check_output();
  if (!check) return refuse(check.error());
  settle_targets();
  settle_output(has_program);
  settle_plan(line.rest);
  if (replay) options().replay = line.rest[0];
  settle_recording();
  return std::move(command_);
}

// Letters that say more when they are repeated.
void ParserState::settle_counts() {
  sink::TextOptions& text = options().text;
  if (const int t = uses(OptionId::absolute_time).letter) {
    text.absolute_time = t > 2 ? sink::TimePrefix::unix_epoch : sink::TimePrefix::seconds_of_day;
    text.absolute_precision = t > 1 ? sink::Precision::us : sink::Precision::s;
  }
  if (const int x = uses(OptionId::strings_in_hex).letter) {
    text.hex_strings = x > 1 ? sink::HexStrings::all : sink::HexStrings::non_ascii;
  }
  if (const int y = uses(OptionId::decode_fds).letter) {
    options().decode.fd_paths = true;
    options().decode.fd_details = y > 1 ? u32{resolve::detail_all} : 0;
  }
  if (const int d = uses(OptionId::daemonize).letter) options().plan.daemon = static_cast<capture::DaemonMode>(d);

  if (uses(OptionId::stack_trace).letter > 1) options().stack_lines = true;

  OutputChoice& output = options().output;
  output.per_thread = uses(OptionId::follow_forks).letter > 1 || given(OptionId::output_separately);
  output.to_command = output.path && (output.path->starts_with('|') || output.path->starts_with('!'));
}

void ParserState::settle_follow_forks() {
  options().plan.follow_forks = given(OptionId::follow_forks);
  if (!given(OptionId::follow_forks_old)) return;
  warn(options().plan.follow_forks ? "deprecated option -F ignored"
                                   : "option -F is deprecated, please use -f/--follow-forks instead");
  options().plan.follow_forks = true;
}

// What is named by what it is, is traced whole.
void ParserState::settle_targets() {
  if (given(OptionId::descendants)) {
    for (Tid tid : options().plan.attach)
      options().targets.push_back({resolve::TargetKind::descendants, std::to_string(number(tid))});
  }
  if (options().targets.empty()) return;
  options().plan.follow_forks = true;
}

void ParserState::settle_output(bool has_program) {
  OutputChoice& output = options().output;
  capture::Plan& plan = options().plan;
  sink::TextOptions& text = options().text;
  const bool file_and_program = output.path && has_program;

  u32 off = messages_off_;
  int q = uses(OptionId::quiet).letter;
  if (q == 0 && uses(OptionId::quiet).name == 0 && file_and_program) q = 1;
  if (q > 0) off |= static_cast<u32>(Message::attach) | static_cast<u32>(Message::personality);
  if (q > 1) off |= static_cast<u32>(Message::exit);
  if (q > 2) off |= static_cast<u32>(Message::all);
  auto is_on = [&](Message message) { return (off & static_cast<u32>(message)) == 0; };
  plan.quiet_attach = !is_on(Message::attach);
  plan.quiet_exit = !is_on(Message::exit);
  text.exit_notes = is_on(Message::exit);
  text.personality_notes = is_on(Message::personality);
  text.superseded_notes = is_on(Message::superseded);

  if (plan.interactive == capture::InteractiveMode::unset) {
    using enum capture::InteractiveMode;
    plan.interactive = plan.daemon != capture::DaemonMode::none ? never_tstp : file_and_program ? never : waiting;
  }

  const size_t targets = plan.attach.size() + (has_program ? 1 : 0);
  if (text.pid_prefix == sink::PidPrefix::automatic && plan.everyone && !output.per_thread)
    text.pid_prefix = sink::PidPrefix::always;
  if (text.pid_prefix == sink::PidPrefix::automatic && output.path) {
    const bool mixed = (plan.follow_forks || targets > 1) && !output.per_thread;
    text.pid_prefix = mixed ? sink::PidPrefix::always : sink::PidPrefix::never;
  }
  if (!output.path) output.per_thread = false;
  text.command_names = options().decode.pid_names;
}

void ParserState::settle_plan(std::span<const char* const> program) {
  capture::Plan& plan = options().plan;
  if (!program.empty()) {
    launch_.argv.assign(program.begin(), program.end());
    plan.launch = std::move(launch_);
  }
  if (traced_) {
    plan.picks_nothing = traced_->empty();
    traced_->add_unknown(model_);
    plan.calls.all = false;
    for (size_t abi = 0; abi < event::abi_count; abi++) {
      plan.calls.calls[abi] = traced_->of(static_cast<event::Abi>(abi));
    }
  }
  plan.observe |= plan.everyone;
  if (!strict_ && !given(OptionId::backend)) options().backend = Backend::automatic;
  if (plan.observe) options().backend = Backend::bpf;
  options().tell_short_reads = strict_;
  plan.tampers = !options().injections.empty();
  plan.sends_signals = std::ranges::any_of(options().injections, [](const auto& rule) { return rule.signal != 0; });
  options().decode.find_targets = options().filter.targets.active();
  plan.want_comm = options().text.command_names || options().form == Form::json;
  if (options().form == Form::json) {
    decode::Options& decode = options().decode;
    decode.id_chains = decode.containers = true;
    // Text stays as strace's; data may say more.
    if (decode.fd_details == resolve::detail_all) decode.fd_details |= resolve::detail_info;
    if (decode.fd_details & resolve::detail_socket) decode.fd_details |= resolve::detail_ends;
  }
  plan.want_signals = options().filter.signals.any();
  if (given(OptionId::summary_only) || given(OptionId::summary)) {
    settle_summary();
    options().show_events = !given(OptionId::summary_only);
    plan.want_system_time = true;
  }
}

void ParserState::settle_summary() {
  summary_.nanoseconds = !strict_;
  summary_.json = options().form == Form::json;
  summary_.alone = given(OptionId::summary_only);
  options().plan.tick = summary_.interval;
  if (summary_.wants(sink::SummaryBy::process)) options().plan.want_comm = true;
  if (summary_.wants(sink::SummaryBy::descriptor) || summary_.wants(sink::SummaryBy::path))
    options().decode.fd_paths = true;
  options().summary = summary_;
}

// When nothing else is asked for, a recording is all that is made.
void ParserState::settle_recording() {
  Options& all = options();
  if (!all.record) return;
  all.plan.want_comm = true;
  all.plan.want_system_time = true;
  if (all.output.path || all.form != Form::text || all.summary) return;
  all.show_events = false;
  constexpr size_t recorded_string_bytes = 4096;
  if (!given(OptionId::string_limit)) all.decode.string_limit = recorded_string_bytes;
}

}  // namespace sysray::cli
