// How the options go together. The order of the checks is strace's: of several faults, users are told the same first.
#include <pwd.h>
#include <unistd.h>

#include <climits>

#include "cli/parser_state.h"

namespace sysray::cli {

namespace {

constexpr std::string_view either_summary = "(-c/--summary-only or -C/--summary)";

constexpr const char* either_form =
    "the letter says by its repetitions what the name says by its value: give one of them";

std::string example_with_summary(OptionId id) {
  const OptionSpec& option = option_spec(id);
  std::string text = "for example: sysray -c --" + std::string(option.long_names[0]);
  if (option.arity != Arity::none) text += "=" + std::string(option.sample);
  return text + " ls";
}

}  // namespace

Result<void> ParserState::check_program(bool has_program) {
  if (uses(OptionId::stack_trace).letter > 2) return failure("Too many -k options", "-kk shows all that there is");
  if (given(OptionId::summary_only) && given(OptionId::summary)) {
    return usage_error("-c/--summary-only and -C/--summary are mutually exclusive",
                       "-c shows the summary alone, -C the calls as well: give the one that is meant");
  }
  if (given(OptionId::descendants) && options().plan.attach.empty()) {
    return usage_error("--descendants needs the process that -p/--attach names");
  }
  if (given(OptionId::wait_for) && options().targets.empty()) {
    return usage_error("--wait-for needs something to wait for, such as --container or --comm");
  }
  if (auto check = check_observation(); !check) return check;
  if (!has_program && options().plan.attach.empty() && options().targets.empty() && !given(OptionId::everyone))
    return usage_error("must have PROG [ARGS] or -p PID");
  if (!has_program && given(OptionId::argv0))
    return usage_error("PROG [ARGS] must be specified with --argv0",
                       "it is the name that a program is started with, and -p starts none");
  const Uses& daemonize = uses(OptionId::daemonize);
  if (daemonize.letter && daemonize.name)
    return failure("-D and --daemonize cannot be provided simultaneously", either_form);
  if (!has_program && given(OptionId::daemonize)) {
    return usage_error("PROG [ARGS] must be specified with -D/--daemonize",
                       "it makes the tracer a grandchild of the program, and -p starts none");
  }
  if (daemonize.letter > 3) {
    return usage_error("Too many -D's (" + std::to_string(daemonize.letter) + "), maximum supported -D count is 3");
  }
  return {};
}

// What needs a thread that stands still, or a hold on it, cannot be done without ptrace.
Result<void> ParserState::check_observation() {
  const bool everyone = given(OptionId::everyone);
  if (!everyone && !given(OptionId::no_ptrace)) return {};
  const std::string asked = everyone ? "--all" : "--no-ptrace";
  if (given(OptionId::backend) && options().backend != Backend::bpf) {
    return usage_error(asked + " needs --backend=bpf",
                       "it captures by BPF alone; leave --backend out, which is bpf then");
  }
  if (everyone && !(options().plan.attach.empty() && options().targets.empty())) {
    return usage_error("--all and -p/--attach or the like are mutually exclusive",
                       "--all traces every process; to trace some of them, leave it out");
  }
  struct Needy {
    OptionId id;
    std::string_view name, why;
  };
  constexpr Needy needy[] = {
      {OptionId::inject, "-e inject=", "a call is changed while its thread is stopped"},
      {OptionId::fault, "-e fault=", "a call is changed while its thread is stopped"},
      {OptionId::stack_trace, "-k/--stack-trace", "a stack is read while its thread is stopped"},
      {OptionId::kill_on_exit, "--kill-on-exit", "only what is held by ptrace is killed with the tracer"},
      {OptionId::detach_on, "-b/--detach-on", "a process is let go while it is stopped"},
      {OptionId::seccomp, "--seccomp-bpf", "a seccomp filter stops threads for ptrace"},
      {OptionId::kvm, "--kvm", "a virtual CPU is looked at while its thread is stopped"},
  };
  for (const auto& [id, name, why] : needy) {
    if (given(id))
      return usage_error(asked + " and " + std::string(name) + " are mutually exclusive",
                         std::string(why) + ", and nothing is stopped without ptrace");
  }
  if (!options().targets.empty() || given(OptionId::descendants)) {
    return usage_error(asked + " traces processes by their ids: give -p PID",
                       "containers and the like are looked for while ptrace holds what was found");
  }
  return {};
}

// A recording takes the place of the program, and nothing runs.
Result<void> ParserState::check_replay(std::span<const char* const> rest) {
  Error error = usage_error("replay takes one recording");
  error.hint = "for example: sysray replay --json run.sysray";
  if (rest.size() != 1) return error;
  for (OptionId id : {OptionId::attach, OptionId::daemonize, OptionId::environment, OptionId::user, OptionId::argv0,
                      OptionId::record, OptionId::kill_on_exit, OptionId::no_ptrace, OptionId::everyone,
                      OptionId::detach_on, OptionId::seccomp, OptionId::inject, OptionId::fault}) {
    if (!given(id)) continue;
    error.cause = "--" + std::string(option_spec(id).long_names[0]) + " makes no sense with replay";
    error.hint = "";
    return error;
  }
  return {};
}

// Letters that count their repetitions do not go with the long form that says the same.
Result<void> ParserState::check_both_forms() {
  auto both = [](const std::string& letter, const std::string& name) {
    return failure(letter + " and " + name + " cannot be provided simultaneously", either_form);
  };
  auto given_both = [&](OptionId id) { return uses(id).letter && uses(id).name; };
  if (given_both(OptionId::absolute_time)) return both("-t", "--absolute-timestamps");
  if (given_both(OptionId::strings_in_hex)) return both("-x", "--strings-in-hex");
  if (given_both(OptionId::decode_fds)) return both("-y", "--decode-fds");
  if (given_both(OptionId::stack_trace)) return both("-k", "--stack-trace");
  if (given_both(OptionId::follow_forks)) return both("-f", "--follow-forks");
  if (uses(OptionId::follow_forks).letter > 1 && given(OptionId::output_separately)) {
    return both("-ff", "--output-separately");
  }
  return {};
}

void ParserState::settle_seccomp() {
  capture::Plan& plan = options().plan;
  plan.quiet_seccomp = true;
  if (options().filter.call_limit > 0)
    plan.unfiltered_because = "--syscall-limit lets processes go, and a filter cannot be taken away";
  plan.allow_seccomp = given(OptionId::seccomp);
  if (!plan.allow_seccomp) return;
  if (options().filter.call_limit > 0) {
    warn("--seccomp-bpf is not enabled because it is not compatible with --syscall-limit");
  } else if (plan.detach_on_exec) {
    warn("--seccomp-bpf is not enabled because it is not compatible with -b");
  } else if (!plan.attach.empty()) {
    warn("--seccomp-bpf is not enabled for processes attached with -p");
  } else if (!given(OptionId::follow_forks)) {
    warn("--seccomp-bpf cannot be used without -f/--follow-forks, disabling");
  } else {
    // A program that outlives its tracer could not make the calls that the filter stops.
    plan.kill_on_exit = true;
    return;
  }
  plan.allow_seccomp = false;
}

Result<void> ParserState::check_summary() {
  const bool summary = given(OptionId::summary_only) || given(OptionId::summary);
  if (summary && options().output.per_thread) {
    return usage_error(std::string(either_summary) + " and -ff/--output-separately are mutually exclusive",
                       "the summary is one for all processes, and -ff writes a file for each");
  }
  if (given(OptionId::summary_only)) {
    struct Shown {
      OptionId id;
      std::string_view name;
    };
    constexpr Shown shown[] = {
        {OptionId::instruction_pointer, "-i/--instruction-pointer"},
        {OptionId::stack_trace, "-k/--stack-trace"},
        {OptionId::syscall_number, "-n/--syscall-number"},
        {OptionId::argument_names, "-N/--arg-names"},
        {OptionId::relative_time, "-r/--relative-timestamps"},
        {OptionId::absolute_time, "-t/--absolute-timestamps"},
        {OptionId::duration, "-T/--syscall-times"},
        {OptionId::decode_fds, "-y/--decode-fds"},
        {OptionId::secontext, "--secontext"},
    };
    for (const auto& [id, name] : shown) {
      if (given(id)) warn(std::string(name) + " has no effect with -c/--summary-only");
    }
  }
  if (summary) return {};
  for (OptionId id : {OptionId::summary_by, OptionId::histogram, OptionId::interval}) {
    if (!given(id)) continue;
    return usage_error(
        "--" + std::string(option_spec(id).long_names[0]) + " must be given with " + std::string(either_summary),
        "it is a part of the summary; " + example_with_summary(id));
  }
  if (given(OptionId::wall_clock)) {
    return usage_error("-w/--summary-wall-clock must be given with " + std::string(either_summary),
                       "it says which time the summary counts; for example: sysray -c -w ls");
  }
  if (given(OptionId::columns)) {
    return usage_error("-U/--summary-columns must be given with " + std::string(either_summary),
                       "it says what the summary shows; for example: sysray -c -U calls,errors,name ls");
  }
  if (given(OptionId::sort_by)) {
    warn("-S/--summary-sort-by has no effect without " + std::string(either_summary));
  }
  return {};
}

void ParserState::warn_of_useless() {
  if (given(OptionId::stack_limit) && !given(OptionId::stack_trace))
    warn("--stack-trace-frame-limit has no effect without -k/--stack-trace");
  if (!options().output.path) {
    // Together with following they are -ff, of which strace says nothing.
    const bool follows = given(OptionId::follow_forks) || given(OptionId::follow_forks_old);
    if (given(OptionId::output_separately) && !follows) warn("--output-separately has no effect without -o/--output");
    if (given(OptionId::append)) warn("-A/--output-append-mode has no effect without -o/--output");
  }
  const Uses& good = uses(OptionId::successful_only);
  const Uses& bad = uses(OptionId::failed_only);
  if (good.letter + good.name + bad.letter + bad.name > 1) {
    warn(
        "Only the last of -z/--successful-only/-Z/--failed-only options will take effect. See status qualifier for "
        "more complex filters.");
  }
}

// Only traced calls are tampered with.
void ParserState::warn_of_untraced_injections() {
  if (strict_ || !traced_) return;
  for (const tamper::Rule& rule : options().injections) {
    bool any = false;
    for (size_t abi = 0; abi < event::abi_count; abi++) {
      any |= (rule.calls.of(static_cast<event::Abi>(abi)) & traced_->of(static_cast<event::Abi>(abi))).any();
    }
    if (!any) warn("an --inject or --fault has no effect: --trace leaves out all of its calls");
  }
}

void ParserState::resolve_paths() {
  for (const std::string& path : paths_) {
    auto resolved = options().filter.targets.add_path(path);
    if (resolved && !(messages_off_ & static_cast<u32>(Message::path_resolution))) {
      warn("Requested path \"" + path + "\" resolved into \"" + *resolved + "\"");
    }
  }
}

// -u USER or -u UID:GID; ids of -1 mean "unchanged" to the kernel and are no ids.
Result<void> ParserState::check_user() {
  if (!given(OptionId::user)) return {};
  if (getuid() != 0) return failure("You must be root to use the -u/--username option");
  const std::string& user = launch_.user;
  size_t colon = user.find(':');
  if (colon == std::string::npos) {
    if (!getpwnam(user.c_str())) return failure("Cannot find user '" + user + "'");
  } else if (!parse_number(user.substr(0, colon), UINT_MAX - 1) ||
             !parse_number(user.substr(colon + 1), UINT_MAX - 1)) {
    return failure("Invalid UID:GID pair '" + user + "'");
  }
  return {};
}

Result<void> ParserState::check_output() {
  if (given(OptionId::kill_on_exit) && !options().plan.attach.empty()) {
    return failure("--kill-on-exit and -p/--attach are mutually exclusive options",
                   "what runs already shall not be killed with the tracer");
  }
  if (options().output.to_command && options().output.per_thread) {
    return usage_error("piping the output and -ff/--output-separately are mutually exclusive",
                       "a command reads one trace, and -ff writes one for each process; for example: -ff -o trace");
  }
  if (uses(OptionId::quiet).letter && uses(OptionId::quiet).name) {
    return failure("-q and -e quiet/--quiet cannot be provided simultaneously", either_form);
  }
  return {};
}

}  // namespace sysray::cli
