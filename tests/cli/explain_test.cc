// What `sysray describe` says about things of a small model.
#include "cli/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <filesystem>
#include <fstream>

#include "cli/expression_text.h"
#include "cli/model_json.h"
#include "cli/reference.h"
#include "described.h"

namespace sysray::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* text = R"(subsystem file "Files";

enum whence : u32 "SEEK_???" { SEEK_SET = 0, SEEK_CUR = 1 }

flags open_flags : u32 "O_???" {
    O_CREAT = 0100, O_EXCL = 0200,
}

/// A length and an offset.
struct span(unit) { u64 offset; ulong length; u8 data[length * unit]; }

/// Opens a file.
syscall open(in path *pathname, open_flags flags, u16 mode @if(flags & O_CREAT)) -> fd;
syscall read(fd fd, out char *buf[ret], size_t count) -> ssize_t;
syscall seek(fd fd, long offset, whence whence);
syscall control(fd fd, u32 cmd, ...);
control SEEK_CUR(in span(2) *argp) -> fd;
default control(ulong arg @hex);

abi x86_64 { 0 read; 2 open; 8 seek; 16 control; }
abi i386 { 3 read; 5 open; }
)";

class ExplainTest : public ::testing::Test {
 protected:
  std::string about(std::string_view name) { return explain(described_.model(), described_.sources, name); }
  const testing::Described described_{text};
};

TEST_F(ExplainTest, Calls) {
  EXPECT_EQ(about("open"),
            "system call open\n"
            "  numbers    x86_64 2, i386 5\n"
            "  classes    %file\n"
            "  subsystem  file: Files\n"
            "  arguments  pathname: in path *\n"
            "             flags: open_flags\n"
            "             mode: u16, if (flags & 0x40)\n"
            "  returns    fd\n"
            "  at entry   the string at pathname\n"
            "  see also   open_flags\n"
            "  declared   test.desc:13\n"
            "\n  Opens a file.\n"
            "\n    syscall open(in path *pathname, open_flags flags, u16 mode @if(flags & O_CREAT)) -> fd;\n");
}

TEST_F(ExplainTest, CasesOfCalls) {
  EXPECT_THAT(about("control"), HasSubstr("  cases      1 by cmd\n"));
  EXPECT_THAT(about("SEEK_CUR"), HasSubstr("control SEEK_CUR\n  arguments  argp: in span(2) *\n  returns    fd\n"));
  EXPECT_THAT(about("SEEK_CUR"), HasSubstr("constant SEEK_CUR\n  value      0x1, 1\n  in         whence\n"));
}

TEST_F(ExplainTest, Types) {
  EXPECT_THAT(about("open_flags"), HasSubstr("flags open_flags\n"));
  EXPECT_THAT(about("open_flags"), HasSubstr("O_EXCL                         0x80\n"));
  EXPECT_THAT(about("whence"), HasSubstr("enum whence\n"));
  EXPECT_THAT(about("span"), HasSubstr("struct span\n  size       16 bytes, 12 on i386\n"));
  EXPECT_THAT(about("span"), HasSubstr("   8 length: ulong\n"));
  EXPECT_THAT(about("span"), HasSubstr("A length and an offset."));
}

TEST_F(ExplainTest, NothingOfThatName) { EXPECT_THAT(about("nonsense"), IsEmpty()); }

TEST_F(ExplainTest, NamesForSuggestions) {
  EXPECT_THAT(explainable_names(described_.model()),
              ::testing::IsSupersetOf({"open", "span", "open_flags", "O_CREAT", "SEEK_SET"}));
}

TEST(DeclarationText, EndsWithTheDeclaration) {
  EXPECT_EQ(declaration_text("a;\nb(x; y) z;\nc;", 2), "b(x; y) z;");
  EXPECT_EQ(declaration_text("s { a;\n b; }\nc;", 1), "s { a;\n b; }");
  EXPECT_EQ(declaration_text("f \";}\\\";\" // ;\n x;", 1), "f \";}\\\";\" // ;\n x;");
  EXPECT_EQ(declaration_text("broken (", 1), "broken (");
  EXPECT_EQ(declaration_text("a;", 7), "");
  EXPECT_EQ(declaration_text("", 1), "");
}

// Each of these, as the size of an array, must come back as it went in (with all brackets, and constants as numbers).
TEST(ExpressionText, ComesBack) {
  struct Case {
    std::string in, out;
  };
  for (const auto& [in, out] : {
           Case{"a + b * 2", "(a + (b * 2))"},
           Case{"(a << 3) % ~b", "((a << 3) % ~b)"},
           Case{"min(a, b) - max(1, a)", "(min(a, b) - max(1, a))"},
           Case{"a == 1 && b != 2", "((a == 1) && (b != 2))"},
           Case{"a || !b", "(a || !b)"},
           Case{"a && b || a", "((a && b) || a)"},
           Case{"a ? b : 0x1000", "(a ? b : 0x1000)"},
           Case{"a ? b ? 1 : 2 : b ? 3 : 4", "(a ? (b ? 1 : 2) : (b ? 3 : 4))"},
           Case{"-1", "-1"},
           Case{"verbose ? a : exit && b", "(verbose ? a : (exit && b))"},
           Case{"sizeof(u16) * wordsize", "(sizeof(u16) * wordsize)"},
       }) {
    const testing::Described described("subsystem t \"T\";\nstruct s { u32 a; u32 b; u8 x[" + in + "]; }\n");
    const describe::Model& model = described.model();
    ASSERT_EQ(model.structs.size(), 1u) << in;
    const describe::Field& x = model.fields[model.structs[0].fields.first + 2];
    EXPECT_EQ(type_text(model, x.type), "u8[" + out + "]") << in;
  }
}

TEST_F(ExplainTest, ReferencePages) {
  const auto pages = reference_pages(described_.model(), described_.sources);
  ASSERT_EQ(pages.size(), 2u);
  EXPECT_EQ(pages[0].name, "README.md");
  EXPECT_THAT(pages[0].text, HasSubstr("| [file](file.md) | 4 | 1 | Files |\n"));
  EXPECT_EQ(pages[1].name, "file.md");
  EXPECT_THAT(pages[1].text, HasSubstr("### open\n\nOpens a file.\n\n```\nsyscall open(in path *pathname"));
  EXPECT_THAT(pages[1].text, HasSubstr("- numbers: x86_64 2, i386 5\n- classes: `%file`\n"));
  EXPECT_THAT(pages[1].text, HasSubstr("### of control\n\n```\ncontrol SEEK_CUR(in span(2) *argp) -> fd;\n```\n"));
  EXPECT_THAT(pages[1].text, HasSubstr("16 bytes; 12 on i386.\n"));
  EXPECT_THAT(pages[1].text, HasSubstr("| `O_EXCL` | 0x80 |\n"));
  EXPECT_THAT(pages[1].text, HasSubstr("| `SEEK_CUR` | 1 |\n"));
}

TEST(Reference, IsWrittenAndClearedOfOldPages) {
  const std::string directory = ::testing::TempDir() + "reference";
  ASSERT_TRUE(write_reference({{"README.md", "index"}, {"old.md", "old"}}, directory));
  ASSERT_TRUE(write_reference({{"README.md", "again"}}, directory));
  EXPECT_FALSE(std::filesystem::exists(directory + "/old.md"));
  std::ifstream file(directory + "/README.md");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "again");
  EXPECT_FALSE(write_reference({}, "/proc/nowhere"));
}

TEST_F(ExplainTest, Json) {
  rapidjson::Document json;
  json.Parse(model_json(described_.model()).c_str());
  ASSERT_FALSE(json.HasParseError());
  EXPECT_STREQ(json["format"].GetString(), "sysray-model");
  ASSERT_EQ(json["syscalls"].Size(), 4u);
  for (const auto& call : json["syscalls"].GetArray()) {
    if (call["name"] == "open") {
      EXPECT_EQ(call["numbers"]["i386"].GetInt(), 5);
      EXPECT_STREQ(call["classes"][0].GetString(), "%file");
      EXPECT_STREQ(call["arguments"][0]["type"]["of"]["kind"].GetString(), "path");
      EXPECT_STREQ(call["arguments"][2]["condition"].GetString(), "(flags & 0x40)");
      EXPECT_STREQ(call["documentation"].GetString(), "Opens a file.");
    }
    if (call["name"] == "control") {
      EXPECT_EQ(call["cases"][0]["keys"][0].GetInt(), 1);
      EXPECT_STREQ(call["cases"][0]["arguments"][0]["type"]["of"]["name"].GetString(), "span");
      EXPECT_TRUE(call.HasMember("fallback"));
    }
  }
  const auto& span = json["structs"][0];
  EXPECT_STREQ(span["parameters"][0].GetString(), "unit");
  EXPECT_EQ(span["fields"][1]["offset"].GetInt(), 8);
  EXPECT_EQ(span["size"]["i386"].GetInt(), 12);
  EXPECT_STREQ(span["fields"][2]["type"]["text"].GetString(), "u8[(length * unit)]");
  EXPECT_EQ(json["constants"]["O_EXCL"].GetInt(), 128);
}

}  // namespace
}  // namespace sysray::cli
