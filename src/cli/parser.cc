// Applies options in the order in which they are given; checks.cc then looks at how they go together.
#include <unistd.h>

#include "cli/hints.h"
#include "cli/injection.h"
#include "cli/parser_state.h"

namespace sysray::cli {

namespace {

Result<void> done() { return {}; }

}  // namespace

Error usage_error(std::string cause, std::string hint) {
  return Error{.cause = std::move(cause), .observed = {}, .hint = std::move(hint), .code = EINVAL};
}

Error failure(std::string cause, std::string hint) {
  return Error{.cause = std::move(cause), .observed = {}, .hint = std::move(hint), .code = 0};
}

Error ParserState::invalid(const Given& given) {
  return usage_error("invalid " + given.spelling + " argument: '" + std::string(*given.value) + "'");
}

Result<void> ParserState::apply(const Given& given) {
  Uses& uses = uses_[static_cast<size_t>(given.option->id)];
  (given.is_letter ? uses.letter : uses.name)++;
  Result<void> applied = apply_in_section(given);
  if (applied) return applied;
  Error error = applied.error();
  add_value_hint(error.hint, *given.option, given.value.value_or(""));
  return error;
}

Result<void> ParserState::apply_in_section(const Given& given) {
  switch (given.option->section) {
    case Section::general: return apply_general(given);
    case Section::startup: return apply_startup(given);
    case Section::tracing: return apply_tracing(given);
    case Section::filtering: return apply_filtering(given);
    case Section::format: return apply_format(given);
    case Section::statistics: return apply_statistics(given);
    case Section::tampering: return apply_tampering(given);
    case Section::miscellaneous: return apply_miscellaneous(given);
  }
  return done();
}

// -e NAME=VALUE is the option that has the qualifier NAME; anything else is a set of system calls.
Result<void> ParserState::apply_general(const Given& given) {
  if (given.option->id != OptionId::qualifier) return done();  // --describe was seen to before
  std::string_view text = *given.value;
  size_t equals = text.find('=');
  const OptionSpec* option = &option_spec(OptionId::trace);
  if (equals != std::string_view::npos) {
    for (const OptionSpec& candidate : option_table()) {
      if (std::ranges::find(candidate.qualifiers, text.substr(0, equals)) == candidate.qualifiers.end() || equals == 0)
        continue;
      option = &candidate;
      text.remove_prefix(equals + 1);
      break;
    }
  }
  return apply(Given{option, false, "-e " + std::string(option->qualifiers[0]), text});
}

Result<void> ParserState::apply_startup(const Given& given) {
  const std::string value(given.value.value_or(""));
  switch (given.option->id) {
    case OptionId::environment: {
      size_t equals = value.find('=');
      if (equals == std::string::npos) {
        launch_.environment.push_back({value, std::nullopt});
      } else {
        launch_.environment.push_back({value.substr(0, equals), value.substr(equals + 1)});
      }
      return done();
    }
    case OptionId::attach:
      if (auto wrong = parse_pids(*given.value, options().plan.attach)) {
        return failure("Invalid process id: '" + std::string(*wrong) + "'");
      }
      if (std::ranges::find(options().plan.attach, static_cast<Tid>(getpid())) != options().plan.attach.end()) {
        return failure("I'm sorry, I can't let you do that, Dave.");
      }
      return done();
    case OptionId::container: return add_target(resolve::TargetKind::container, value);
    case OptionId::pod: return add_target(resolve::TargetKind::pod, value);
    case OptionId::cgroup: return add_target(resolve::TargetKind::cgroup, value);
    case OptionId::unit: return add_target(resolve::TargetKind::unit, value);
    case OptionId::pid_namespace: return add_target(resolve::TargetKind::pid_namespace, value);
    case OptionId::comm: return add_target(resolve::TargetKind::comm, value);
    case OptionId::exe: return add_target(resolve::TargetKind::exe, value);
    case OptionId::everyone: options().plan.everyone = true; return done();
    case OptionId::wait_for: options().wait_for_targets = true; return done();
    case OptionId::user: launch_.user = value; return done();
    case OptionId::argv0: launch_.argv0 = value; return done();
    default: return done();
  }
}

Result<void> ParserState::add_target(resolve::TargetKind kind, const std::string& text) {
  if (text.empty()) return usage_error("an empty name of a " + std::string(resolve::kind_name(kind)));
  options().targets.push_back({kind, text});
  return done();
}

Result<void> ParserState::apply_tracing(const Given& given) {
  capture::Plan& plan = options().plan;
  switch (given.option->id) {
    case OptionId::detach_on:
      if (*given.value != "execve") {
        return failure("Syscall '" + std::string(*given.value) + "' for -b isn't supported");
      }
      plan.detach_on_exec = true;
      return done();
    case OptionId::daemonize:
      if (given.is_letter) return done();
      if (auto mode = parse_daemon_mode(given.value.value_or("grandchild"))) return plan.daemon = *mode, done();
      return invalid(given);
    case OptionId::interruptible:
      if (auto mode = parse_interruptible(*given.value)) return plan.interactive = *mode, done();
      return invalid(given);
    case OptionId::backend:
      if (auto choice = parse_backend(*given.value)) {
        options().backend = choice->backend;
        options().backend_stops = choice->stops;
        return done();
      }
      return invalid(given);
    case OptionId::ring_size: {
      auto size = parse_number(*given.value, 1 << 20);
      if (!size || *size == 0) return invalid(given);
      plan.ring_size = static_cast<size_t>(*size) << 10;
      return done();
    }
    case OptionId::no_ptrace: plan.observe = true; return done();
    case OptionId::kill_on_exit: plan.kill_on_exit = true; return done();
    case OptionId::syscall_limit: {
      auto limit = parse_number(*given.value, std::numeric_limits<s64>::max());
      if (!limit || *limit == 0) return invalid(given);
      options().filter.call_limit = static_cast<u64>(*limit);
      return done();
    }
    default: return done();
  }
}

Result<void> ParserState::apply_filtering(const Given& given) {
  switch (given.option->id) {
    case OptionId::trace: {
      auto calls = filter::CallNumbers::parse(*given.value, model_);
      if (!calls) return calls.error();
      traced_ = *calls;
      return done();
    }
    case OptionId::trace_fds: {
      auto descriptors = filter::parse_descriptors(*given.value);
      if (!descriptors) return descriptors.error();
      options().filter.targets.set_descriptors(std::move(*descriptors));
      return done();
    }
    case OptionId::trace_path: paths_.emplace_back(*given.value); return done();
    case OptionId::signals: {
      auto signals = filter::parse_signals(*given.value);
      if (!signals) return signals.error();
      options().filter.signals = *signals;
      return done();
    }
    case OptionId::status: {
      auto statuses = parse_statuses(*given.value);
      if (!statuses) return statuses.error();
      options().text.status_mask = *statuses;
      return done();
    }
    case OptionId::successful_only: options().text.status_mask = status_bit(sink::Status::successful); return done();
    case OptionId::failed_only: options().text.status_mask = status_bit(sink::Status::failed); return done();
    default: return done();
  }
}

Result<void> ParserState::apply_statistics(const Given& given) {
  switch (given.option->id) {
    case OptionId::overhead:
      if (auto time = parse_time(*given.value)) return summary_.overhead = *time, done();
      return invalid(given);
    case OptionId::sort_by:
      if (auto column = parse_sort_column(*given.value, !strict_)) return summary_.sort_by = *column, done();
      return usage_error("invalid sortby: '" + std::string(*given.value) + "'");
    case OptionId::columns: return parse_columns(*given.value, !strict_, summary_.columns);
    case OptionId::summary_by: {
      auto by = parse_summary_by(*given.value);
      if (!by) return by.error();
      summary_.by = *by;
      return done();
    }
    case OptionId::histogram: summary_.histogram = true; return done();
    case OptionId::interval: {
      constexpr Nanoseconds shortest_interval = 1'000'000;
      auto time = parse_time(*given.value);
      if (!time) return invalid(given);
      if (*time < shortest_interval) return usage_error("--summary-interval must be at least 1ms");
      summary_.interval = *time;
      return done();
    }
    case OptionId::wall_clock: summary_.wall_clock = true; return done();
    default: return done();
  }
}

Result<void> ParserState::apply_tampering(const Given& given) {
  auto injection = parse_injection(*given.value, given.option->id == OptionId::fault, model_);
  if (!injection) return injection.error();
  for (std::string& warning : injection->warnings) warn(std::move(warning));
  options().injections.push_back(std::move(injection->rule));
  return done();
}

Result<void> ParserState::apply_miscellaneous(const Given& given) {
  switch (given.option->id) {
    case OptionId::debug: options().plan.debug = true; return done();
    case OptionId::help: command_.request = Request::help; return done();
    case OptionId::tips: return apply_tips(given);
    case OptionId::version: command_.request = Request::version; return done();
    case OptionId::generate:
      command_.request = Request::generate;
      command_.topic = *given.value;
      return done();
    default: return done();
  }
}

Result<void> ParserState::apply_tips(const Given& given) {
  if (!parse_tips(given.value.value_or(""), command_.tip)) return invalid(given);
  const bool none = command_.tip.format == TipChoice::Format::none;
  if (!none) command_.request = Request::tip;
  if (none && command_.request == Request::tip) command_.request = Request::trace;
  return done();
}

namespace {

bool is_replay(std::span<const char* const> words, bool strict) {
  return !strict && !words.empty() && words[0] == std::string_view("replay");
}

}  // namespace

std::vector<std::string> description_files(std::span<const char* const> words, bool strict) {
  if (is_replay(words, strict)) words = words.subspan(1);
  std::vector<std::string> files;
  for (const Given& given : scan(words, strict).options) {
    if (given.option->id == OptionId::describe) files.emplace_back(*given.value);
  }
  return files;
}

Command parse(std::span<const char* const> words, bool strict, const describe::Model& model) {
  const bool replay = is_replay(words, strict);
  ParserState state(strict, model);
  return state.run(scan(replay ? words.subspan(1) : words, strict), replay);
}

}  // namespace sysray::cli
