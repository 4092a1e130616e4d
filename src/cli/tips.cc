#include "cli/tips.h"

#include <algorithm>
#include <array>
#include <limits>
#include <random>

#include "cli/values.h"

namespace sysray::cli {

namespace {

constexpr std::array tips = std::to_array<std::string_view>({
    "-e trace=%file shows only calls that take a file name, %network those of sockets,\n"
    "and sysray describe NAME tells what a call does and in which classes it is.",
    "-f follows children and threads. With -ff -o PREFIX each gets a file of its own,\n"
    "and sysray merge PREFIX makes one log in the order of time of them.",
    "-y shows what descriptors refer to, -yy also the two ends of sockets.",
    "-P PATH shows only what touches the path, by name or by a descriptor of it.",
    "-e inject=openat:error=ENOENT:when=3 makes the third openat fail:\n"
    "see whether the program copes.",
    "-e inject=fsync:delay_exit=200ms makes a disk look slow.",
    "-c counts calls instead of showing them; -C does both, -w counts the time that passes.",
    "-z shows only what succeeds, -Z only what fails: -Z is where to look first\n"
    "when a program does not find its files.",
    "-e trace=/regex picks calls by a regular expression: -e trace=/^(p?read|p?write) .",
    "--whole-calls writes each call on one line, also when threads take turns.",
    "sysray --json writes one object a line, for jq and other programs.",
    "--record FILE keeps everything; sysray replay FILE shows it later, with other options.",
    "-k shows the stack at each call, -kk also files and lines.",
    "-e read=0 dumps in full what is read from descriptor 0, -e write=1 what is written to 1.",
    "-p \"$(pidof PROGRAM)\" attaches to all processes of a program at once.",
    "-tt -T shows when a call began, in microseconds, and how long it took.",
});

// The part behind "NAME:", if there is; sets `named`.
std::string_view strip(std::string_view text, std::string_view name, bool& named) {
  named = text.size() > name.size() && same_word(text.substr(0, name.size()), name) && text[name.size()] == ':';
  return named ? text.substr(name.size() + 1) : text;
}

bool parse_id(std::string_view text, TipChoice& choice) {
  if (same_word(text, "random")) return choice.id.reset(), true;
  auto number = parse_number(text, std::numeric_limits<s32>::max());
  if (!number) return false;
  choice.id = static_cast<u32>(*number);
  return true;
}

bool parse_format(std::string_view text, TipChoice& choice) {
  using enum TipChoice::Format;
  if (same_word(text, "none")) return choice.format = none, true;
  if (same_word(text, "compact")) return choice.format = compact, true;
  if (same_word(text, "full")) return choice.format = full, true;
  return false;
}

}  // namespace

bool parse_tips(std::string_view text, TipChoice& choice) {
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (part.empty()) continue;
    bool is_id = false, is_format = false;
    const std::string_view id = strip(part, "id", is_id);
    const std::string_view format = strip(part, "format", is_format);
    const bool good = is_id       ? parse_id(id, choice)
                      : is_format ? parse_format(format, choice)
                                  : parse_format(part, choice) || parse_id(part, choice);
    if (!good) return false;
  }
  return true;
}

std::string tip_text(const TipChoice& choice) {
  const u32 id = choice.id.value_or(std::random_device{}()) % tips.size();
  std::string text(tips[id]);
  if (choice.format == TipChoice::Format::full) text = "Tip " + std::to_string(id) + "\n\n" + text + "\n";
  return text + "\n";
}

}  // namespace sysray::cli
