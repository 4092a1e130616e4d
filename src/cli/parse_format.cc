// Options of the output format.
#include "cli/parser_state.h"
#include "resolve/descriptor.h"

namespace sysray::cli {

namespace {

Result<void> done() { return {}; }

constexpr s64 most_string_bytes = (1 << 30) - 1;  // strace(1) -s: what is larger overflows its buffers' sizes

constexpr filter::Choice messages[] = {
    {"attach", static_cast<u32>(Message::attach)},
    {"exit", static_cast<u32>(Message::exit)},
    {"exits", static_cast<u32>(Message::exit)},
    {"path-resolution", static_cast<u32>(Message::path_resolution)},
    {"personality", static_cast<u32>(Message::personality)},
    {"thread-execve", static_cast<u32>(Message::superseded)},
    {"superseded", static_cast<u32>(Message::superseded)},
};

constexpr filter::Choice statuses[] = {
    {"successful", status_bit(sink::Status::successful)}, {"failed", status_bit(sink::Status::failed)},
    {"unfinished", status_bit(sink::Status::unfinished)}, {"unavailable", status_bit(sink::Status::unavailable)},
    {"detached", status_bit(sink::Status::detached)},
};

constexpr u32 fd_path = 1 << 16;  // beside the kinds of details
constexpr filter::Choice fd_details[] = {
    {"path", fd_path},
    {"socket", resolve::detail_socket},
    {"dev", resolve::detail_device},
    {"pidfd", resolve::detail_pidfd},
    {"eventfd", resolve::detail_eventfd},
    {"signalfd", resolve::detail_signalfd},
};

enum SecurityDetail : u32 { security_full = 1, security_mismatch = 2 };
constexpr filter::Choice security_details[] = {{"full", security_full}, {"mismatch", security_mismatch}};

enum PidDetail : u32 { pid_comm = 1, pid_namespace = 2 };
constexpr filter::Choice pid_details[] = {{"comm", pid_comm}, {"pidns", pid_namespace}};

}  // namespace

Result<u16> parse_statuses(std::string_view text) {
  auto chosen = filter::parse_choices(text, "status", statuses);
  if (!chosen) return chosen.error();
  return static_cast<u16>(*chosen);
}

Result<void> ParserState::apply_call_set(const Given& given) {
  auto calls = filter::CallNumbers::parse(*given.value, model_);
  if (!calls) return calls.error();
  event::CallSet set = calls->described(model_);
  decode::Options& decode = options().decode;
  switch (given.option->id) {
    case OptionId::abbrev: decode.abbreviate = set; break;
    case OptionId::verbose: decode.dereference = set; break;
    default: decode.raw = set; break;
  }
  return done();
}

Result<void> ParserState::apply_stack_trace(const Given& given) {
  options().decode.stacks = true;
  const std::string_view value = given.value.value_or("symbol");
  if (given.is_letter) return done();
  options().stack_lines = same_word(value, "source");
  return options().stack_lines || same_word(value, "symbol") ? done() : Result<void>(invalid(given));
}

Result<void> ParserState::apply_dumps(const Given& given, event::NumberSet& descriptors) {
  auto parsed = filter::parse_descriptors(*given.value);
  if (!parsed) return parsed.error();
  descriptors = std::move(*parsed);
  return done();
}

Result<void> ParserState::apply_messages(const Given& given) {
  if (given.is_letter) return done();
  auto off = filter::parse_choices(given.value.value_or("attach,personality"), "quiet", messages);
  if (!off) return off.error();
  messages_off_ = *off;
  return done();
}

Result<void> ParserState::apply_fd_details(const Given& given) {
  if (given.is_letter) return done();
  auto details = filter::parse_choices(given.value.value_or("path"), "decode-fds", fd_details);
  if (!details) return details.error();
  options().decode.fd_paths = (*details & fd_path) != 0;
  options().decode.fd_details = *details & resolve::detail_all;
  return done();
}

// -Y adds to what --decode-pids chose, which replaces an earlier choice.
Result<void> ParserState::apply_pid_details(const Given& given) {
  decode::Options& decode = options().decode;
  if (given.is_letter) return decode.pid_names = true, done();
  auto details = filter::parse_choices(*given.value, "decode-pids", pid_details);
  if (!details) return details.error();
  decode.pid_names = (*details & pid_comm) != 0;
  decode.translate_pids = (*details & pid_namespace) != 0;
  return done();
}

// As strace reads it: the exclamation mark negates the whole set.
Result<void> ParserState::apply_security(const Given& given) {
  auto details = filter::parse_choices(given.value.value_or("none"), "secontext", security_details);
  if (!details) return details.error();
  options().decode.security_contexts = true;
  options().security = resolve::SecurityStyle{(*details & security_full) != 0, (*details & security_mismatch) != 0};
  return done();
}

Result<void> ParserState::apply_format(const Given& given) {
  sink::TextOptions& text = options().text;
  const std::string_view value = given.value.value_or("");
  switch (given.option->id) {
    case OptionId::align_column: {
      auto column = parse_number(value, std::numeric_limits<s32>::max());
      if (!column) return invalid(given);
      text.align_column = static_cast<u32>(*column);
      return done();
    }
    case OptionId::string_limit: {
      auto limit = parse_number(value, most_string_bytes);
      if (!limit) return invalid(given);
      options().decode.string_limit = static_cast<size_t>(*limit);
      return done();
    }
    case OptionId::relative_time: text.relative_time = true; return apply_precision(given, text.relative_precision);
    case OptionId::duration: text.duration = true; return apply_precision(given, text.duration_precision);
    case OptionId::absolute_time:
      if (given.is_letter) return done();
      if (text.absolute_time == sink::TimePrefix::none) text.absolute_time = sink::TimePrefix::seconds_of_day;
      if (!parse_timestamps(value, text.absolute_time, text.absolute_precision)) return invalid(given);
      return done();
    case OptionId::strings_in_hex: return apply_hex_strings(given);
    case OptionId::const_style: return apply_const_style(given);
    case OptionId::color: return apply_color(given);
    case OptionId::abbrev:
    case OptionId::verbose:
    case OptionId::raw: return apply_call_set(given);
    case OptionId::whole_calls:
      text.whole_calls = true;
      text.start_order = same_word(value, "start");
      return !given.value || text.start_order || same_word(value, "end") ? done() : Result<void>(invalid(given));
    case OptionId::stack_trace: return apply_stack_trace(given);
    case OptionId::stack_limit: {
      auto limit = parse_number(value, (1 << 30) - 1);
      if (!limit || *limit == 0) return invalid(given);
      options().stack_limit = static_cast<size_t>(*limit);
      return done();
    }
    case OptionId::dump_read: return apply_dumps(given, options().decode.dump_received);
    case OptionId::dump_write: return apply_dumps(given, options().decode.dump_sent);
    case OptionId::no_abbrev: options().decode.abbreviate = event::CallSet::nothing(); return done();
    case OptionId::quiet: return apply_messages(given);
    case OptionId::decode_fds: return apply_fd_details(given);
    case OptionId::decode_pids: return apply_pid_details(given);
    case OptionId::secontext: return apply_security(given);
    case OptionId::kvm:
      options().vcpus = value == "vcpu" || value == "vcpu+";
      options().decode.states = value == "vcpu+";
      if (!options().vcpus) return failure("invalid -e kvm= argument: '" + std::string(value) + "'");
      return done();
    case OptionId::name_spaces:
      options().decode.namespaces = same_word(value, "new");
      if (!options().decode.namespaces) return failure("invalid -e namespace= argument: '" + std::string(value) + "'");
      return done();
    default: return apply_format_flag(given);
  }
}

Result<void> ParserState::apply_format_flag(const Given& given) {
  sink::TextOptions& text = options().text;
  switch (given.option->id) {
    case OptionId::output: options().output.path = *given.value; break;
    case OptionId::append: options().output.append = true; break;
    case OptionId::instruction_pointer: text.instruction_pointer = true; break;
    case OptionId::syscall_number: text.syscall_number = true; break;
    case OptionId::argument_names: text.argument_names = true; break;
    case OptionId::show_pid: text.pid_prefix = sink::PidPrefix::always; break;
    case OptionId::decode_ids: options().decode.user_names = true; break;
    case OptionId::pidns_translation: options().decode.translate_pids = true; break;
    case OptionId::json: options().form = Form::json; break;
    case OptionId::record: options().record = *given.value; break;
    default: break;
  }
  return done();
}

Result<void> ParserState::apply_precision(const Given& given, sink::Precision& precision) {
  if (!given.value) return done();
  auto parsed = parse_precision(*given.value);
  if (!parsed) return invalid(given);
  precision = *parsed;
  return done();
}

Result<void> ParserState::apply_hex_strings(const Given& given) {
  using enum sink::HexStrings;
  if (given.is_letter) return done();
  const std::string_view value = given.value.value_or("all");
  sink::HexStrings& style = options().text.hex_strings;
  if (same_word(value, "none")) return style = non_ascii_as_octal, done();
  if (same_word(value, "non-ascii-chars")) return style = non_ascii_chars, done();
  if (same_word(value, "non-ascii")) return style = non_ascii, done();
  if (same_word(value, "all")) return style = all, done();
  return invalid(given);
}

Result<void> ParserState::apply_const_style(const Given& given) {
  using enum sink::XlatStyle;
  sink::XlatStyle& style = options().text.xlat;
  if (*given.value == "raw") return style = raw, done();
  if (*given.value == "abbrev") return style = abbrev, done();
  if (*given.value == "verbose") return style = verbose, done();
  return invalid(given);
}

Result<void> ParserState::apply_color(const Given& given) {
  ColorChoice& color = options().color;
  if (same_word(*given.value, "auto")) return color = ColorChoice::automatic, done();
  if (same_word(*given.value, "always")) return color = ColorChoice::always, done();
  if (same_word(*given.value, "never")) return color = ColorChoice::never, done();
  return invalid(given);
}

}  // namespace sysray::cli
