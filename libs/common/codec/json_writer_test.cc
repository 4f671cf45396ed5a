#include "paylog/codec/json_writer.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/codec/json_reader.h"
#include "paylog/codec/utf8.h"

namespace paylog::codec {
namespace {

std::string ReadFile(const std::string& name) {
  std::ifstream file(std::string(PAYLOG_SOURCE_DIR) + "/tests/data/json-canonicalization/" + name,
                     std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The published vectors of RFC 8785's author that are flat objects of strings, as metadata is.
TEST(JsonWriter, AgreesWithTheVectorsOfRfc8785) {
  for (const std::string name : {"weird.json", "french.json", "unicode.json"}) {
    const std::string text = ReadFile("input/" + name);
    const auto parsed = ReadJson(text);
    const JsonChildren children = std::get<JsonDocument>(parsed).root().children();
    std::vector<JsonValue> members(children.begin(), children.end());
    std::sort(members.begin(), members.end(),
              [](const auto& a, const auto& b) { return Utf16Less(a.name, b.name); });
    JsonWriter writer;
    writer.BeginObject();
    for (const JsonValue& member : members) {
      writer.Field(member.name, member.text);
    }
    writer.EndObject();
    EXPECT_EQ(std::move(writer).Take(), ReadFile("output/" + name)) << name;
  }
}

TEST(JsonWriter, EscapesWhatMustBeAndNothingElse) {
  JsonWriter writer;
  writer.Text(std::string("\0\x01\b\t\n\v\f\r\x1f\"\\/\x7f\u20ac", 16));
  EXPECT_EQ(std::move(writer).Take(),
            "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\\\"\\\\/\x7f\u20ac\"");
}

// Texts are looked at eight bytes at a time: no neighbour hides a byte or gives one away.
TEST(JsonWriter, EscapesEachByteAtEachPlace) {
  constexpr std::size_t kSizeMax = 20;
  for (const char around : {'x', '!', '#', '[', ' ', '\x7f', '\x80', '\xff'}) {
    for (int byte = 0; byte < 256; ++byte) {
      const auto odd = static_cast<char>(byte);
      const bool escaped = byte < 0x20 || odd == '"' || odd == '\\';
      for (std::size_t at = 0; at < kSizeMax; ++at) {
        std::string text(kSizeMax, around);
        text[at] = odd;
        JsonWriter writer;
        writer.Text(text);
        const std::string written = std::move(writer).Take();
        ASSERT_EQ(written == '"' + text + '"', !escaped) << byte << " at " << at;
        ASSERT_EQ(written.find('\\') == at + 1, escaped) << byte << " at " << at;
      }
    }
  }
}

TEST(JsonWriter, SeparatesMembersAndItems) {
  JsonWriter writer;
  writer.BeginObject().Key("a").BeginArray().EndArray().Field("b", 1).Field("c", "");
  writer.Key("d").BeginArray().Integer(-1).Boolean(true).BeginObject().EndObject().EndArray();
  writer.EndObject();
  EXPECT_EQ(std::move(writer).Take(), R"({"a":[],"b":1,"c":"","d":[-1,true,{}]})");
}

TEST(JsonWriter, WritesBalancesBeyond64Bits) {
  JsonWriter writer;
  writer.BeginArray().Integer128(base::Int128{1} << 64).Integer128(-1).EndArray();
  EXPECT_EQ(std::move(writer).Take(), "[18446744073709551616,-1]");
}

TEST(JsonWriter, WritesNumbersToTheEndsOf64Bits) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  JsonWriter writer;
  writer.BeginArray().Integer(kMin).Integer128(kMin).Integer128(base::Int128{kMin} - 1);
  writer.Integer(kMax).Integer128(kMax).Integer128(base::Int128{kMax} + 1).EndArray();
  EXPECT_EQ(std::move(writer).Take(),
            "[-9223372036854775808,-9223372036854775808,-9223372036854775809,"
            "9223372036854775807,9223372036854775807,9223372036854775808]");
}

// Around the room that the writer has in itself and the first doubling, so that each kind of value
// is once the first that finds none.
TEST(JsonWriter, WritesMoreThanItHoldsInItself) {
  const base::Hash256 hash = base::Sha256("x");
  for (const std::size_t room : {2048U, 4096U}) {
    for (std::size_t size = room - 300; size < room + 2; ++size) {
      const std::string text(size, 'x');
      JsonWriter writer;
      writer.BeginObject().Field("text", text).Key("hash").Hex(hash).Field("control", "\x01\n");
      writer.Field("number", -1).Key("flag").Boolean(true).Key("big");
      writer.Integer128(base::Int128{1} << 64).Field(std::string("name"), "").EndObject();
      ASSERT_EQ(std::move(writer).Take(), R"({"text":")" + text + R"(","hash":")" + hash.ToHex() +
                                              R"(","control":"\u0001\n","number":-1,"flag":true,)" +
                                              R"("big":18446744073709551616,"name":""})");
    }
  }
}

TEST(Utf8, OrdersLikeUtf16) {
  const std::vector<std::string> ordered = {
      "", "a", "a\u00e9", "b", "\u00e9", "\ud7ff", "\U00010000", "\U0010ffff", "\ue000", "\uffff"};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(Utf16Less(ordered[i], ordered[j]), i < j) << i << ' ' << j;
    }
  }
}

TEST(Utf8, CountsCodePointsAndCutsBetweenThem) {
  EXPECT_EQ(CountCodePoints("a\u00e9\u20ac\U0001f600"), 4U);
  std::string euros;
  for (int i = 0; i < 100; ++i) {
    euros += "\u20ac";
  }
  EXPECT_EQ(Excerpt(euros), euros.substr(0, 60) + "...");
  EXPECT_EQ(Excerpt("x" + euros), "x" + euros.substr(0, 57) + "...");
  EXPECT_EQ(Excerpt("a\nb"), "a?b");
}

}  // namespace
}  // namespace paylog::codec
