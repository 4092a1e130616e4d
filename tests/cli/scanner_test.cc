// How a command line is split into options.
#include "cli/scanner.h"

#include <gtest/gtest.h>

#include "support/command_line.h"

namespace sysray::cli {
namespace {

// "-a=60 --quiet | ls -l": options by their full spelling with their values, then the rest.
std::string scanned(std::string_view text, bool strict = true) {
  const testing::CommandLine line(text);
  ScannedLine result = scan(line.words(), strict);
  std::string out;
  for (const Given& given : result.options) {
    out += given.spelling;
    if (given.value) out += "=" + std::string(*given.value);
    out += " ";
  }
  out += "|";
  if (result.error) return out + " " + result.error->cause;
  for (const char* word : result.rest) out += " " + std::string(word);
  return out;
}

std::string hint(std::string_view text) {
  const testing::CommandLine line(text);
  auto result = scan(line.words(), false);
  return result.error ? result.error->hint : "no error";
}

TEST(Scanner, LettersAndTheirValues) {
  EXPECT_EQ(scanned("-f ls"), "-f | ls");
  EXPECT_EQ(scanned("-a 60 ls"), "-a=60 | ls");
  EXPECT_EQ(scanned("-a60 ls"), "-a=60 | ls");
  EXPECT_EQ(scanned("-ttfa60 ls"), "-t -t -f -a=60 | ls");
  EXPECT_EQ(scanned("-fo out ls"), "-f -o=out | ls");
  EXPECT_EQ(scanned("-o -f ls"), "-o=-f | ls");
  EXPECT_EQ(scanned("-I=never ls"), "-I==never | ls");
  EXPECT_EQ(scanned("-P '' ls"), "-P= | ls");
  EXPECT_EQ(scanned("-Y ls"), "-Y | ls");
}

TEST(Scanner, EndOfOptions) {
  EXPECT_EQ(scanned("ls -f"), "| ls -f");
  EXPECT_EQ(scanned("-f -- -x"), "-f | -x");
  EXPECT_EQ(scanned("-f - -x"), "-f | - -x");
  EXPECT_EQ(scanned("-f ''"), "-f | ");
  EXPECT_EQ(scanned(""), "|");
}

TEST(Scanner, LongNames) {
  EXPECT_EQ(scanned("--columns=60 ls"), "--columns=60 | ls");
  EXPECT_EQ(scanned("--columns 60 ls"), "--columns=60 | ls");
  EXPECT_EQ(scanned("--columns= ls"), "--columns= | ls");
  EXPECT_EQ(scanned("--quiet ls"), "--quiet | ls");
  EXPECT_EQ(scanned("--quiet=all ls"), "--quiet=all | ls");
  EXPECT_EQ(scanned("--quiet all ls"), "--quiet | all ls");
}

TEST(Scanner, AbbreviatedNames) {
  EXPECT_EQ(scanned("--colu=60 ls"), "--columns=60 | ls");
  EXPECT_EQ(scanned("--signal=none ls"), "--signals=none | ls");
  EXPECT_EQ(scanned("--trace-fd=1 ls"), "--trace-fds=1 | ls");
  EXPECT_EQ(scanned("--summary ls"), "--summary | ls");  // equal, though others begin so
  EXPECT_EQ(scanned("--daemonis ls"), "--daemonised | ls");
}

TEST(Scanner, Errors) {
  EXPECT_EQ(scanned("-f -Q ls"), "-f | invalid option -- 'Q'");
  EXPECT_EQ(scanned("-fQ ls"), "-f | invalid option -- 'Q'");
  EXPECT_EQ(scanned("-a"), "| option requires an argument -- 'a'");
  EXPECT_EQ(scanned("--foo=3"), "| unrecognized option '--foo=3'");
  EXPECT_EQ(scanned("--trace"), "| option '--trace' requires an argument");
  EXPECT_EQ(scanned("--attach"), "| option '--attach' requires an argument");
  EXPECT_EQ(scanned("--follow=3"), "| option '--follow-forks' doesn't allow an argument");
  EXPECT_EQ(scanned("--tr=x"), "| option '--tr=x' is ambiguous; possibilities: '--trace-path' '--trace' '--trace-fds'");
  EXPECT_EQ(scanned("--summary-"),
            "| option '--summary-' is ambiguous; possibilities: '--summary-only' "
            "'--summary-syscall-overhead' '--summary-sort-by' '--summary-columns' "
            "'--summary-wall-clock'");
}

// One option is not ambiguous with itself, whatever it is called.
TEST(Scanner, NamesOfOneOption) {
  EXPECT_EQ(scanned("--daemon ls"), "--daemonize | ls");
  EXPECT_EQ(scanned("--sil=all ls"), "--silent=all | ls");
  EXPECT_EQ(scanned("--fail ls"), "--failed-only | ls");
}

TEST(Scanner, OwnOptionsAreUnknownToStrace) {
  EXPECT_EQ(scanned("--json ls", true), "| unrecognized option '--json'");
  EXPECT_EQ(scanned("--json ls", false), "--json | ls");
}

TEST(Scanner, Suggestions) {
  EXPECT_EQ(hint("--sumary ls"), "did you mean '--summary'? For example: sysray --summary ls");
  EXPECT_EQ(hint("--colums=3 ls"), "did you mean '--columns'? For example: sysray --columns=60 ls");
  EXPECT_EQ(hint("--zzzzzzzz ls"), "");
  EXPECT_EQ(hint("--trace"), "For example: sysray --trace=openat,%network ls");
}

}  // namespace
}  // namespace sysray::cli
