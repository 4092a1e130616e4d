// Prefixes of lines: -f, -Y, -t, -r, -n, -i (strace(1), "Output format").
#include "sink/line_prefix.h"

#include <cstdlib>

namespace sysray::sink {

namespace {

constexpr Nanoseconds second = 1'000'000'000;

}  // namespace

void add_fraction(TextBuffer& out, Nanoseconds fraction, Precision precision) {
  const auto digits = static_cast<size_t>(precision);
  if (digits == 0) return;
  for (size_t i = digits; i < 9; i++) fraction /= 10;
  out.add('.');
  out.add_decimal(static_cast<u64>(fraction), digits, '0');
}

void add_seconds(TextBuffer& out, Nanoseconds time, Precision precision) {
  out.add_signed(time / second);
  add_fraction(out, std::abs(time % second), precision);
}

LinePrefix::LinePrefix(const TextOptions& options)
    : options_(options),
      absolute_(options.absolute_time == TimePrefix::seconds_of_day || options.absolute_time == TimePrefix::unix_epoch),
      only_pids_(!absolute_ && !options.relative_time && !options.syscall_number && !options.instruction_pointer) {}

void LinePrefix::write(TextBuffer& out, const PrefixFacts& facts, const ValueWriter& writer, bool several) {
  const bool with_pid =
      options_.pid_prefix == PidPrefix::always || (options_.pid_prefix == PidPrefix::automatic && several);
  if (with_pid) pid(out, facts, writer);
  if (!facts.security.empty()) {
    out.add('[');
    out.add(facts.security);
    out.add("] ");
  }
  if (only_pids_) return;
  if (absolute_) absolute(out, facts.time);
  if (options_.relative_time) relative(out, facts.monotonic != 0 ? facts.monotonic : facts.time);
  if (options_.syscall_number) {
    out.add('[');
    out.add_decimal(facts.number, 4, ' ');
    out.add("] ");
  }
  if (options_.instruction_pointer) {
    const size_t digits = facts.abi == event::Abi::x86_64 ? 16 : 8;
    out.add('[');
    if (facts.at_instruction)
      out.add_hex_digits(facts.instruction_pointer, digits);
    else
      out.fill('?', digits);
    out.add("] ");
  }
}

void LinePrefix::pid(TextBuffer& out, const PrefixFacts& facts, const ValueWriter& writer) {
  if (options_.command_names && !facts.comm.empty()) return named_pid(out, facts, &writer);
  if (facts.tid != tid_) {
    tid_ = facts.tid;
    pid_.clear();
    named_pid(pid_, facts, nullptr);
  }
  out.add(pid_.view());
}

// `writer`: nullptr if there is no name.
void LinePrefix::named_pid(TextBuffer& out, const PrefixFacts& facts, const ValueWriter* writer) const {
  const auto id = static_cast<u64>(number(facts.tid));
  if (options_.pid_prefix == PidPrefix::always) {
    const size_t start = out.size();
    out.add_decimal(id);
    if (writer != nullptr) writer->bracketed(out, facts.comm);
    const size_t width = out.size() - start;
    if (width < 5) out.fill(' ', 5 - width);
    out.add(' ');
  } else {
    out.add("[pid ");
    out.add_decimal(id, 5, ' ');
    if (writer != nullptr) writer->bracketed(out, facts.comm);
    out.add("] ");
  }
}

void LinePrefix::absolute(TextBuffer& out, Nanoseconds time) {
  if (options_.absolute_time == TimePrefix::unix_epoch)
    out.add_signed(time / second);
  else
    time_of_day(out, time / second);
  add_fraction(out, time % second, options_.absolute_precision);
  out.add(' ');
}

// The zone's rules are asked once a second at most. A time that they can't express shows as seconds since the epoch.
void LinePrefix::time_of_day(TextBuffer& out, s64 now) {
  if (now != second_) {
    second_ = now;
    const time_t when = now;
    tm parts{};
    has_time_of_day_ = localtime_r(&when, &parts) != nullptr;
    const int fields[] = {parts.tm_hour, parts.tm_min, parts.tm_sec};
    for (size_t i = 0; i < 3; i++) {
      time_of_day_[i * 3] = static_cast<char>('0' + fields[i] / 10);
      time_of_day_[i * 3 + 1] = static_cast<char>('0' + fields[i] % 10);
      if (i < 2) time_of_day_[i * 3 + 2] = ':';
    }
  }
  if (!has_time_of_day_) return out.add_signed(now);
  out.add(std::string_view(time_of_day_, sizeof time_of_day_));
}

void LinePrefix::relative(TextBuffer& out, Nanoseconds monotonic) {
  const Nanoseconds passed = last_ == 0 ? 0 : monotonic - last_;
  last_ = monotonic;
  const Nanoseconds shown = passed < 0 ? 0 : passed;
  if (absolute_) out.add("(+");
  out.add_decimal(static_cast<u64>(shown / second), 6, ' ');
  add_fraction(out, shown % second, options_.relative_precision);
  if (absolute_) out.add(')');
  out.add(' ');
}

}  // namespace sysray::sink
