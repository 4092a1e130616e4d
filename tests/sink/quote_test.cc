// Quoting of bytes: expectations are strace 7.2's.
#include "sink/quote.h"

#include <gtest/gtest.h>

#include <string>

namespace sysray::sink {
namespace {

using namespace std::string_view_literals;

std::string quoted(std::string_view bytes, HexStrings hex = HexStrings::non_ascii_as_octal,
                   QuoteMarks marks = QuoteMarks::quotes) {
  TextBuffer out(1);
  add_quoted(out, bytes, hex, marks);
  return std::string(out.view());
}

TEST(Quote, PlainTextStands) {
  EXPECT_EQ(quoted(""), R"("")");
  EXPECT_EQ(quoted("<>?*'`$ ~"), R"("<>?*'`$ ~")");
}

TEST(Quote, SymbolicEscapes) { EXPECT_EQ(quoted("a\r\v\f\n\t\"\\"), R"("a\r\v\f\n\t\"\\")"); }

TEST(Quote, BellAndBackspaceAreNumbers) { EXPECT_EQ(quoted("\a\b\33"), R"("\7\10\33")"); }

TEST(Quote, OctalTakesAsFewDigitsAsTheNextByteAllows) {
  EXPECT_EQ(quoted("\0"sv), R"("\0")");
  EXPECT_EQ(quoted("\0007\08"sv), R"("\0007\08")");
  EXPECT_EQ(quoted("\0167\168"sv), R"("\0167\168")");
  EXPECT_EQ(quoted("\1777\1778"), R"("\1777\1778")");
  EXPECT_EQ(quoted("\200a\377"), R"("\200a\377")");
  EXPECT_EQ(quoted("a\0b"sv), R"("a\0b")");
  EXPECT_EQ(quoted("\177ELF\2\1\1\3\0\0\0>\0"sv), R"("\177ELF\2\1\1\3\0\0\0>\0")");
}

TEST(Quote, HexOfNonAsciiStrings) {
  EXPECT_EQ(quoted("a\t\n\v\f\r\"\\", HexStrings::non_ascii), R"("a\t\n\v\f\r\"\\")");
  EXPECT_EQ(quoted("x\177", HexStrings::non_ascii), R"("\x78\x7f")");
  EXPECT_EQ(quoted("a\0b"sv, HexStrings::non_ascii), R"("\x61\x00\x62")");
}

TEST(Quote, HexOfNonAsciiCharacters) {
  EXPECT_EQ(quoted("a\0b"sv, HexStrings::non_ascii_chars), R"("a\x00b")");
  EXPECT_EQ(quoted("\7\10\33\n", HexStrings::non_ascii_chars), R"("\x07\x08\x1b\n")");
}

TEST(Quote, HexOfEverything) { EXPECT_EQ(quoted("a\n", HexStrings::all), R"("\x61\x0a")"); }

TEST(Quote, BracketsEscapeBrackets) {
  const auto name = "/we<ird>\"n\\a\1m\n2\303\251"sv;
  EXPECT_EQ(quoted(name, HexStrings::non_ascii_as_octal, QuoteMarks::brackets),
            R"(</we\74ird\76\"n\\a\1m\n2\303\251>)");
  EXPECT_EQ(quoted("me<m", HexStrings::non_ascii, QuoteMarks::brackets), R"(<me\74m>)");
  EXPECT_EQ(quoted("me<m", HexStrings::non_ascii_chars, QuoteMarks::brackets), R"(<me\x3cm>)");
}

// Whatever the bytes: the escapes mean them.
TEST(Quote, EscapesCanBeReadBack) {
  for (const HexStrings mode : {HexStrings::non_ascii_as_octal, HexStrings::non_ascii_chars, HexStrings::all}) {
    for (int first = 0; first < 256; first++) {
      for (int second = 0; second < 256; second++) {
        const char bytes[] = {static_cast<char>(first), static_cast<char>(second)};
        const std::string text = quoted({bytes, 2}, mode);
        std::string back;
        for (size_t i = 1; i + 1 < text.size();) {
          if (text[i] != '\\') {
            back += text[i++];
          } else if (text[i + 1] == 'x') {
            back += static_cast<char>(std::stoi(text.substr(i + 2, 2), nullptr, 16));
            i += 4;
          } else if (text[i + 1] >= '0' && text[i + 1] <= '7') {
            size_t digits = 0;
            while (digits < 3 && text[i + 1 + digits] >= '0' && text[i + 1 + digits] <= '7') digits++;
            back += static_cast<char>(std::stoi(text.substr(i + 1, digits), nullptr, 8));
            i += 1 + digits;
          } else {
            const std::string_view letters = "tnvfr\"\\";
            back += "\t\n\v\f\r\"\\"[letters.find(text[i + 1])];
            i += 2;
          }
        }
        ASSERT_EQ(back, std::string(bytes, 2)) << text;
      }
    }
  }
}

}  // namespace
}  // namespace sysray::sink
