// Texts made from the option table: each option must be in each of them.
#include "cli/help.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

namespace sysray::cli {
namespace {

TEST(OptionTable, NamesAndLettersAreUnique) {
  std::set<std::string_view> names, qualifiers;
  std::set<char> letters;
  std::set<OptionId> ids;
  for (const OptionSpec& option : option_table()) {
    EXPECT_TRUE(ids.insert(option.id).second) << option.long_names[0];
    EXPECT_TRUE(option.letter == 0 || letters.insert(option.letter).second) << option.letter;
    for (std::string_view name : option.long_names) EXPECT_TRUE(name.empty() || names.insert(name).second) << name;
    for (std::string_view name : option.qualifiers) EXPECT_TRUE(name.empty() || qualifiers.insert(name).second) << name;
  }
  EXPECT_EQ(ids.size(), static_cast<size_t>(OptionId::count));
}

TEST(OptionTable, IsComplete) {
  for (const OptionSpec& option : option_table()) {
    EXPECT_FALSE(option.help.empty()) << option.long_names[0];
    EXPECT_TRUE(option.letter || !option.long_names[0].empty());
    if (option.arity == Arity::none) continue;
    EXPECT_FALSE(option.value.empty()) << option.long_names[0];
    EXPECT_FALSE(option.sample.empty()) << option.long_names[0];
  }
}

// strace-options.txt: a line for each option of strace 7.2, with all its forms.
TEST(OptionTable, LacksNoneOfStrace) {
  std::set<std::string> forms;
  for (const OptionSpec& option : option_table()) {
    if (option.sysray_only) continue;
    if (option.letter) forms.insert(std::string{'-', option.letter});
    for (std::string_view name : option.long_names) forms.insert("--" + std::string(name));
  }
  std::ifstream list(SYSRAY_TEST_SOURCE_DIR "/strace-options.txt");
  size_t count = 0;
  for (std::string form; list >> form; count++) EXPECT_TRUE(forms.contains(form)) << form;
  EXPECT_GT(count, 80u);
}

TEST(Help, ShowsEachOption) {
  const std::string own = help_text("sysray", false);
  const std::string strace = help_text("strace", true);
  for (const OptionSpec& option : option_table()) {
    const std::string line = "  " + option_forms(option) + "\n";
    EXPECT_EQ(own.find(line) != std::string::npos, !option.hidden) << line;
    EXPECT_EQ(strace.find(line) != std::string::npos, !option.hidden && !option.sysray_only) << line;
  }
}

TEST(Help, FitsATerminal) {
  std::string text = help_text("sysray", false);
  for (size_t start = 0; start < text.size();) {
    size_t end = text.find('\n', start);
    EXPECT_LE(end - start, 110u) << text.substr(start, end - start);
    start = end + 1;
  }
}

TEST(Help, Forms) {
  EXPECT_EQ(option_forms(option_spec(OptionId::align_column)), "-a COLUMN, --columns=COLUMN");
  EXPECT_EQ(option_forms(option_spec(OptionId::trace)), "-e trace=SYSCALLS, --trace=SYSCALLS");
  EXPECT_EQ(option_forms(option_spec(OptionId::quiet)), "-q, -e quiet=MESSAGES, --quiet[=MESSAGES]");
  EXPECT_EQ(option_forms(option_spec(OptionId::decode_pids)), "-Y, -e decode-pids=WHAT, --decode-pids=WHAT");
}

TEST(Manual, HasEachOption) {
  const std::string page = manual_page();
  for (const OptionSpec& option : option_table()) {
    if (option.hidden || option.long_names[0].empty()) continue;
    std::string name;
    for (char c : option.long_names[0]) name += c == '-' ? "\\-" : std::string{c};
    EXPECT_NE(page.find("\\-\\-" + name), std::string::npos) << name;
  }
}

TEST(Completion, HasEachOption) {
  for (std::string_view shell : {"bash", "zsh", "fish"}) {
    const std::string text = completion(shell).value_or("");
    for (const OptionSpec& option : option_table()) {
      if (option.hidden || option.long_names[0].empty()) continue;
      const std::string name = (shell == "fish" ? "-l " : "--") + std::string(option.long_names[0]);
      EXPECT_NE(text.find(name), std::string::npos) << shell << " " << name;
    }
  }
  EXPECT_FALSE(completion("tcsh"));
}

TEST(Version, ToolsThatAskStraceFindItsVersion) {
  EXPECT_TRUE(version_text(true).starts_with("strace -- version 7.2\n"));
  EXPECT_TRUE(version_text(false).starts_with("sysray "));
}

}  // namespace
}  // namespace sysray::cli
