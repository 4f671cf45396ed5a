#include "paylog/cli/readable.h"

#include <string>

#include <gtest/gtest.h>

namespace paylog::cli {
namespace {

using std::string_literals::operator""s;

TEST(Readable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(Escaped("plain, ä, €, 😀"), "plain, ä, €, 😀");
  EXPECT_EQ(Escaped("a\nb\tc\rd\\e"), R"(a\nb\tc\rd\\e)");
  EXPECT_EQ(Escaped("\x1b[31m\x7f"), R"(\x1b[31m\x7f)");
  EXPECT_EQ(Escaped("\0"s), R"(\x00)");
  EXPECT_EQ(Escaped("\xc2\x9b"), R"(\xc2\x9b)");  // CSI in one character.
  EXPECT_EQ(Escaped("\xc2\xa0"), "\xc2\xa0");
}

TEST(Readable, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(Escaped("\xff"), R"(\xff)");
  EXPECT_EQ(Escaped("\xe2\x82"), R"(\xe2\x82)");          // Cut off.
  EXPECT_EQ(Escaped("\xc0\xaf"), R"(\xc0\xaf)");          // Overlong.
  EXPECT_EQ(Escaped("\xed\xa0\x80"), R"(\xed\xa0\x80)");  // A surrogate.
}

TEST(Readable, CutsAnExcerptBetweenCharacters) {
  EXPECT_EQ(EscapedExcerpt("abc", 3), "abc");
  EXPECT_EQ(EscapedExcerpt("abcd", 3), "abc…");
  EXPECT_EQ(EscapedExcerpt("ab€", 4), "ab…");
  EXPECT_EQ(EscapedExcerpt("ab€", 5), "ab€");
  EXPECT_EQ(EscapedExcerpt("", 3), "");
}

TEST(Readable, TellsTextFromOtherBytes) {
  EXPECT_TRUE(IsReadableText(""));
  EXPECT_TRUE(IsReadableText("{\n\t\"ä\": 1\n}\n"));
  EXPECT_FALSE(IsReadableText("\x1b[2J"));
  EXPECT_FALSE(IsReadableText("a\rb"));
  EXPECT_FALSE(IsReadableText("\xc2\x85"));
  EXPECT_FALSE(IsReadableText("\xff"));
}

TEST(Readable, DumpsSixteenBytesALine) {
  EXPECT_EQ(HexDump(""), "");
  EXPECT_EQ(HexDump("0123456789abcdef\xff\n"),
            "00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n"
            "00000010  ff 0a                                            ..\n");
}

}  // namespace
}  // namespace paylog::cli
