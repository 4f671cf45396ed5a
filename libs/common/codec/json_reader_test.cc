#include "paylog/codec/json_reader.h"

#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/base/limits.h"

namespace paylog::codec {
namespace {

std::string Nested(std::size_t depth) {
  return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

struct Member {
  JsonKind kind = JsonKind::kNull;
  std::int64_t integer = 0;
  std::string text;
};

Member MustReadMember(const std::string& spelling) {
  const std::string text = "{\"a\":" + spelling + "}";
  const auto parsed = ReadJson(text);
  const auto* const document = std::get_if<JsonDocument>(&parsed);
  EXPECT_NE(document, nullptr) << spelling;
  if (document == nullptr) {
    return {};
  }
  const JsonValue& value = *document->root().children().begin();
  return {.kind = value.kind, .integer = value.integer, .text = std::string(value.text)};
}

void ExpectFault(const std::string& text, JsonFault fault) {
  const auto parsed = ReadJson(text);
  const auto* const error = std::get_if<JsonError>(&parsed);
  ASSERT_NE(error, nullptr) << text;
  EXPECT_EQ(static_cast<int>(error->fault), static_cast<int>(fault)) << text;
  EXPECT_FALSE(error->message.empty());
}

TEST(JsonReader, TellsHowNumbersWereWritten) {
  const struct {
    std::string spelling;
    JsonKind kind;
    std::int64_t integer;
  } cases[] = {
      {"0", JsonKind::kInteger, 0},
      {"-1", JsonKind::kInteger, -1},
      {"9007199254740993", JsonKind::kInteger, 9'007'199'254'740'993},
      {"9223372036854775807", JsonKind::kInteger, INT64_MAX},
      {"-9223372036854775808", JsonKind::kInteger, INT64_MIN},
      {"9223372036854775808", JsonKind::kTooLarge, 0},
      {"-9223372036854775809", JsonKind::kTooLarge, 0},
      {"18446744073709551615", JsonKind::kTooLarge, 0},
      {"18446744073709551616", JsonKind::kTooLarge, 0},
      {std::string(400, '9'), JsonKind::kTooLarge, 0},
      {"-" + std::string(400, '9'), JsonKind::kTooLarge, 0},
      {"-0", JsonKind::kNotInteger, 0},
      {"1.0", JsonKind::kNotInteger, 0},
      {"1e2", JsonKind::kNotInteger, 0},
      {"1E+2", JsonKind::kNotInteger, 0},
      {"1e999", JsonKind::kNotInteger, 0},
      {"-1e999", JsonKind::kNotInteger, 0},
      {std::string(400, '9') + ".5", JsonKind::kNotInteger, 0},
      {"1e-999", JsonKind::kNotInteger, 0},
  };
  for (const auto& each : cases) {
    const Member value = MustReadMember(each.spelling);
    EXPECT_EQ(static_cast<int>(value.kind), static_cast<int>(each.kind)) << each.spelling;
    EXPECT_EQ(value.integer, each.integer) << each.spelling;
  }
}

// The second reading, with shortened numbers, must not touch strings or hide faults behind them.
TEST(JsonReader, ReadsTheRestOfATextWithHugeNumbers) {
  const auto parsed = ReadJson(R"({"a":1e999,"b":"1e999 \" 2e999","1e999":7,"c":[-1e999,12]})");
  const JsonValue& root = std::get<JsonDocument>(parsed).root();
  EXPECT_EQ(root.Find("b")->text, "1e999 \" 2e999");
  EXPECT_EQ(root.Find("1e999")->integer, 7);
  EXPECT_EQ(std::next(root.Find("c")->children().begin())->integer, 12);
  ExpectFault(R"({"a":1e999,"b":01})", JsonFault::kInvalidJson);
  ExpectFault(R"({"a":1e999e999})", JsonFault::kInvalidJson);
  ExpectFault(R"({"a":1e999,})", JsonFault::kInvalidJson);
}

TEST(JsonReader, RefusesWhatIsNotOneJsonObject) {
  const std::string faulty[] = {"",
                                " ",
                                "{",
                                "}",
                                "[1]",
                                "1",
                                "null",
                                "\"a\"",
                                "{}{}",
                                "{} x",
                                "{\"a\":1,}",
                                "{'a':1}",
                                "{a:1}",
                                "{\"a\":NaN}",
                                "{\"a\":Infinity}",
                                "{\"a\":+1}",
                                "{\"a\":01}",
                                "{\"a\":.5}",
                                "{\"a\":1.}",
                                "{\"a\":0x1}",
                                "{} // end",
                                "{/* */}",
                                "\xEF\xBB\xBF{}",
                                "{\"a\":\"\t\"}",
                                "{\"a\":\"\\x\"}",
                                "{\"a\":tru}",
                                "{\"a\":\"\\ud800\"}",
                                "{\"a\":\"\\udc00\"}",
                                "{\"a\":\"\\ud800\\u0041\"}",
                                "{\"\\ud800\":1}",
                                std::string("{}\0", 3),
                                std::string("{}\0garbage", 10),
                                std::string("{\"a\":\"\0\"}", 9)};
  for (const std::string& text : faulty) {
    ExpectFault(text, JsonFault::kInvalidJson);
  }
}

TEST(JsonReader, RefusesWhatIsNotUtf8) {
  const std::string faulty[] = {"\x80",
                                "\xC3",
                                "\xC0\xAF",
                                "\xC1\xBF",
                                "\xE0\x80\xAF",
                                "\xE2\x82",
                                "\xED\xA0\x80",
                                "\xED\xBF\xBF",
                                "\xF0\x80\x80\x80",
                                "\xF4\x90\x80\x80",
                                "\xF5\x80\x80\x80",
                                "\xFF",
                                "\xFE",
                                "\xF0\x9F\x98"};
  for (const std::string& bytes : faulty) {
    ExpectFault("{\"a\":\"" + bytes + "\"}", JsonFault::kInvalidUtf8);
    ExpectFault("{\"a\":1}" + bytes, JsonFault::kInvalidUtf8);
  }
  for (const std::string bytes : {"\xC2\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(MustReadMember("\"" + bytes + "\"").text, bytes);
  }
}

TEST(JsonReader, BoundsTheNestingAndStillReadsToTheEnd) {
  EXPECT_TRUE(std::holds_alternative<JsonDocument>(ReadJson(Nested(base::kJsonDepthMax))));
  ExpectFault(Nested(base::kJsonDepthMax + 1), JsonFault::kTooDeep);
  ExpectFault(Nested(30'000), JsonFault::kTooDeep);
  ExpectFault(Nested(base::kJsonDepthMax + 1) + "x", JsonFault::kInvalidJson);
  ExpectFault("{\"a\":" + std::string(30'000, '['), JsonFault::kInvalidJson);
  std::string objects;
  for (int i = 0; i < 100; ++i) {
    objects += "{\"a\":";
  }
  ExpectFault(objects + "1" + std::string(100, '}'), JsonFault::kTooDeep);
}

TEST(JsonReader, NotesDuplicateNamesWithTheirPath) {
  const auto parsed =
      ReadJson(R"({"a":1,"x":[0,{"we ird":1,"we ird":2}],"b":{"c":1,"\u0063":2},"a":2})");
  const auto& document = std::get<JsonDocument>(parsed);
  EXPECT_EQ(document.duplicate_paths,
            (std::vector<std::string>{"$.x[1]['we ird']", "$.b.c", "$.a"}));
  EXPECT_EQ(document.root().Count("a"), 2);
  EXPECT_EQ(document.root().Find("a")->integer, 1);
}

// A path costs as much as its names are long, so their number is bounded, whatever the body.
TEST(JsonReader, NotesOnlyTheFirstOfManyDuplicates) {
  std::string body = R"({"command_id":1)";
  for (int i = 0; i < 5'000; ++i) {
    body += R"(,"a":1)";
  }
  body += R"(,"command_id":2})";
  const auto parsed = ReadJson(body);
  const auto& document = std::get<JsonDocument>(parsed);
  EXPECT_LE(document.duplicate_paths.size(), 8U);
  EXPECT_EQ(document.duplicate_paths.front(), "$.a");
  EXPECT_EQ(document.root().Count("command_id"), 2) << "what names the command is still seen";
}

TEST(JsonPath, QuotesAndShortensNames) {
  EXPECT_EQ(MemberPath("$", "order_7"), "$.order_7");
  EXPECT_EQ(MemberPath("$.metadata", "7"), "$.metadata['7']");
  EXPECT_EQ(MemberPath("$", ""), "$['']");
  EXPECT_EQ(MemberPath("$", "it's \\\n"), "$['it\\'s \\\\?']");
  EXPECT_EQ(MemberPath("$", std::string(1000, 'k')).size(), std::string("$['...']").size() + 60);
}

}  // namespace
}  // namespace paylog::codec
