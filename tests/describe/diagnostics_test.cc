// Golden diagnostics: each file in bad/ is wrong, and says beside each bad line what must be reported of it:
//   struct s { uint3 x; }  //! unknown type 'uint3' | did you mean 'uint'?
// Nothing else may be reported, and the caret must stand in that line.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <compare>

#include "describe/source_archive.h"
#include "support.h"

namespace sysray::testing {
namespace {

struct Report {
  u32 line = 0;
  std::string message;
  std::string help;
  auto operator<=>(const Report&) const = default;
};

void PrintTo(const Report& report, std::ostream* out) {
  *out << report.line << ": " << report.message << " | " << report.help;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    lines.push_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(lines.back().size() + 1, text.size()));
  }
  return lines;
}

std::string trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

std::vector<Report> expected_reports(std::string_view text) {
  std::vector<Report> reports;
  u32 number = 0;
  for (std::string_view line : lines_of(text)) {
    number++;
    size_t mark = line.find("//! ");
    while (mark != std::string_view::npos) {
      const size_t next = line.find("//! ", mark + 1);
      const std::string_view one = line.substr(mark + 4, next == std::string_view::npos ? next : next - mark - 4);
      const size_t bar = one.find(" | ");
      reports.push_back(
          {number, trim(one.substr(0, bar)), bar == std::string_view::npos ? "" : trim(one.substr(bar + 3))});
      mark = next;
    }
  }
  return reports;
}

// The reports of the rendered text "name:line:column: error: message / line / caret help".
std::vector<Report> actual_reports(const std::string& name, std::string_view text) {
  std::vector<Report> reports;
  for (std::string_view line : lines_of(text)) {
    if (line.starts_with(name + ":")) {
      line.remove_prefix(name.size() + 1);
      const auto number = static_cast<u32>(std::stoul(std::string(line)));
      reports.push_back({number, std::string(line.substr(line.find(": error: ") + 9)), {}});
      continue;
    }
    const size_t caret = line.find_first_not_of(" |\t");
    if (reports.empty() || caret == std::string_view::npos || line[caret] != '^') continue;
    const size_t help = line.find_first_not_of('~', caret + 1);
    if (help != std::string_view::npos) reports.back().help = trim(line.substr(help));
  }
  return reports;
}

// Reports come in the order of the compiler's phases; what counts is what is said of which line.
std::vector<Report> sorted(std::vector<Report> reports) {
  std::sort(reports.begin(), reports.end());
  reports.erase(std::unique(reports.begin(), reports.end()), reports.end());
  return reports;
}

// An expected help that ends in ` ...` stands for any that begins so: lists of attributes grow.
void shorten(Report& actual, const Report& expected) {
  if (!expected.help.ends_with(" ...")) return;
  const size_t begin = expected.help.size() - 4;
  if (actual.help.substr(0, begin) == expected.help.substr(0, begin)) actual.help = expected.help;
}

class BadFile : public ::testing::TestWithParam<std::string> {};

TEST_P(BadFile, SaysWhatIsWrong) {
  auto source = describe::read_source(GetParam());
  ASSERT_TRUE(source) << source.error().message();
  source->name = "bad.desc";
  const std::string text = source->text;
  const auto expected = expected_reports(text);
  ASSERT_FALSE(expected.empty()) << "the file expects nothing";
  const auto compiled = describe::compile({*source});
  ASSERT_FALSE(compiled) << "the file compiles";
  const auto wanted = sorted(expected);
  auto actual = sorted(actual_reports("bad.desc", compiled.error().cause));
  for (size_t i = 0; i < std::min(actual.size(), wanted.size()); i++) shorten(actual[i], wanted[i]);
  EXPECT_EQ(actual, wanted) << compiled.error().cause;
}

INSTANTIATE_TEST_SUITE_P(Golden, BadFile, ::testing::ValuesIn(description_files(SYSRAY_TEST_SOURCE_DIR "/bad")),
                         [](const auto& info) {
                           std::string name = info.param.substr(info.param.rfind('/') + 1);
                           name.resize(name.size() - 5);
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

TEST(Diagnostics, ShowTheLineAndACaret) {
  const auto compiled = compile_text("subsystem t \"t\";\nstruct s {\n    uint3 length;\n}\n");
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().cause,
            "test.desc:3:5: error: unknown type 'uint3'\n"
            "    3 |     uint3 length;\n"
            "      |     ^~~~~ did you mean 'uint'?\n");
}

TEST(Diagnostics, HideControlBytesOfTheLine) {
  const auto compiled = compile_text("struct s { \x1b[31m uint3 x; }\n");
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().cause.find('\x1b'), std::string::npos);
}

TEST(Diagnostics, StopAfterTwenty) {
  std::string text;
  for (int i = 0; i < 50; i++) text += fmt::format("struct s{} {{ nosuch x; }}\n", i);
  const auto compiled = compile_text(text);
  ASSERT_FALSE(compiled);
  EXPECT_EQ(actual_reports("test.desc", compiled.error().cause).size(), 20u);
  EXPECT_NE(compiled.error().cause.find("further errors are not shown"), std::string::npos);
}

TEST(Diagnostics, NameTheOtherFile) {
  const auto compiled = describe::compile({{"a.desc", "const X = 1;\n"}, {"b.desc", "\nconst X = 1;\n"}});
  ASSERT_FALSE(compiled);
  EXPECT_NE(compiled.error().cause.find("b.desc:2:7: error: constant 'X' is defined already"), std::string::npos);
  EXPECT_NE(compiled.error().cause.find("at a.desc:1; refer to it by its name alone"), std::string::npos);
}

}  // namespace
}  // namespace sysray::testing
