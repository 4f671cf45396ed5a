#include "paylog/codec/json_fast_reader.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "paylog/base/limits.h"
#include "paylog/codec/json_reader.h"

// Goal: what the fast reader takes, the strict one reads as the same value, and what is usual, the
// fast one takes. Method: texts by hand, then generated ones, whole and with some bytes changed.
namespace paylog::codec {
namespace {

constexpr std::uint64_t kSeed = 20261128;

bool IsSame(const JsonValue& a, const JsonValue& b) {
  return a.kind == b.kind && a.boolean == b.boolean && a.integer == b.integer && a.name == b.name &&
         a.text == b.text && a.child_count == b.child_count && a.node_count == b.node_count;
}

bool IsSame(const JsonDocument& a, const JsonDocument& b) {
  return a.duplicate_paths == b.duplicate_paths &&
         std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(),
                    [](const JsonValue& x, const JsonValue& y) { return IsSame(x, y); });
}

bool IsSame(const JsonReading& a, const JsonReading& b) {
  if (a.index() != b.index()) {
    return false;
  }
  if (const auto* const document = std::get_if<JsonDocument>(&a)) {
    return IsSame(*document, std::get<JsonDocument>(b));
  }
  const auto& error = std::get<JsonError>(a);
  return error.fault == std::get<JsonError>(b).fault &&
         error.message == std::get<JsonError>(b).message;
}

// Did the fast reader take it?
bool ExpectAgreement(const std::string& text, JsonKind root = JsonKind::kObject) {
  const JsonReading strict = ReadJsonStrictly(text, root);
  EXPECT_TRUE(IsSame(ReadJson(text, root), strict)) << text;
  const auto fast = ReadJsonFast(text, root);
  if (fast) {
    const auto* const document = std::get_if<JsonDocument>(&strict);
    EXPECT_TRUE(document != nullptr && IsSame(*fast, *document)) << text;
  }
  return fast.has_value();
}

std::string Nested(std::size_t depth) {
  return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

std::string WithMembers(int count) {
  std::string text = "{";
  for (int i = 0; i < count; ++i) {
    text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":" + std::to_string(i);
  }
  return text + "}";
}

TEST(JsonFastReader, TakesWhatIsUsual) {
  const std::string usual[] = {
      "{}",
      " \t\r\n{ \"a\" : [ ] , \"b\" : { } }\n",
      R"({"type":"transfer","command_id":"inv-07","debtor_account":"a","creditor_account":"b","amount":1250,"currency":"EUR","metadata":{"order":"7","":""}})",
      R"({"v":1,"sent":{"partition":0,"sequence":42},"balances":[{"posted":-5,"held":0},[]],"duplicate":false,"x":null,"y":true})",
      R"({"a":9223372036854775807,"b":-9223372036854775808,"c":[0,-1]})",
      "{\"a\":\"Gr\xC3\xBC\xC3\x9F"
      "e \xF0\x9F\x98\x80\",\"\xE2\x82\xAC\":\"\x7F\"}",
      R"({"a":"\"\\\/\b\f\n\r\t","b":"\u00fc\u20ac\u0000\uFFFF"})",
      Nested(base::kJsonDepthMax),
      WithMembers(32),
  };
  for (const std::string& text : usual) {
    EXPECT_TRUE(ExpectAgreement(text)) << text;
  }
  EXPECT_TRUE(ExpectAgreement(R"([{"a":1},"b"])", JsonKind::kArray));
}

TEST(JsonFastReader, LeavesTheRestToTheStrictReader) {
  const std::string unusual[] = {
      "",
      " ",
      "[]",
      "7",
      "{",
      "{}x",
      "{} {}",
      "{}}",
      R"({"a":{"b":1})",
      R"({"a":[1})",
      R"({"a":[}]})",
      R"({"a":[1,]})",
      R"({"a" 1})",
      R"({"a":})",
      R"({"a"})",
      R"({"a":"b"c"})",
      R"({"a":"b"1})",
      "{\"a\":1\f}",
      "{\"a\":1\v}",
      "{\"a\"\x1A\"b\"}",
      "{\"a\":\"\t\"}",
      R"({"a":"\x"})",
      R"({"a":"\u12"})",
      R"({"a":"\ud83d\ude00"})",
      R"({"a":"\uDC00"})",
      R"({"\u0061":1})",
      R"({"a":-0})",
      R"({"a":01})",
      R"({"a":-01})",
      R"({"a":-})",
      R"({"a":+1})",
      R"({"a":1.0})",
      R"({"a":1e2})",
      R"({"a":1e999})",
      R"({"a":9223372036854775808})",
      R"({"a":-9223372036854775809})",
      R"({"a":99999999999999999999})",
      R"({"a":tru})",
      R"({"a":truex})",
      R"({"a":nul})",
      R"({"a":nulll})",
      R"({"a":NaN})",
      R"({"a":1,"b":2,"a":3})",
      R"({"x":[{"a":1,"a":1}]})",
      "\xEF\xBB\xBF{}",
      "{\"a\":\"\xC3\"}",
      "{\"a\":\"\xED\xA0\x80\"}",
      std::string("{}\0", 3),
      std::string("{\"a\":\"\0\"}", 9),
      std::string("{\"a\":1\0}", 8),
      Nested(base::kJsonDepthMax + 1),
      Nested(5'000),
      WithMembers(33),
      "{\"a\":\"" + std::string(base::kBodyBytesMax, 'a') + "\"}",
  };
  for (const std::string& text : unusual) {
    EXPECT_FALSE(ExpectAgreement(text)) << text;
  }
  EXPECT_FALSE(ExpectAgreement("{}", JsonKind::kArray));
}

TEST(JsonFastReader, ADocumentOutlivesTheNextReadingAndBeingMoved) {
  const std::string text = R"({"plain":"p","escaped":"\n"})";
  auto read = ReadJsonFast(text, JsonKind::kObject);
  ASSERT_TRUE(read.has_value());
  const JsonDocument moved = *std::move(read);
  EXPECT_TRUE(ReadJsonFast(R"({"other":"\t\t\t\t","plain":"PPPPPPPPPPPP"})", JsonKind::kObject));
  EXPECT_EQ(moved.root().Find("plain")->text, "p");
  EXPECT_EQ(moved.root().Find("escaped")->text, "\n");
  EXPECT_EQ(moved.root().Find("plain")->name.data(), text.data() + 2) << "names are not copied";
}

// Makes texts of the JSON grammar, unusual spellings included.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : engine_(seed) {}

  std::size_t Below(std::size_t bound) { return engine_() % bound; }

  std::string Object(std::size_t depth) {
    std::string text = "{";
    for (std::size_t i = Below(6); i-- > 0;) {
      text += Blank() + Text() + Blank() + ":" + Value(depth) + (i == 0 ? "" : ",");
    }
    return text + "}";
  }

  std::string Mutated(std::string text) {
    constexpr std::string_view kBytes = "{}[]:,\"\\ \n\t\f0-1.eEtnu\xC3\xBC\xED\x80";
    for (std::size_t i = 1 + Below(3); i-- > 0;) {
      const std::size_t at = Below(text.size());
      switch (Below(4)) {
        case 0:
          text[at] = kBytes[Below(kBytes.size())];
          break;
        case 1:
          text[at] = static_cast<char>(Below(256));
          break;
        case 2:
          text.erase(at, 1 + Below(3));
          break;
        case 3:
          text.insert(at, text.substr(Below(text.size()), 1 + Below(10)));
          break;
      }
      text.push_back(' ');  // Never empty.
    }
    return text;
  }

 private:
  std::string Blank() {
    constexpr std::string_view kBlanks[] = {" ", "\n", "\t \r"};
    return Below(4) == 0 ? std::string(kBlanks[Below(std::size(kBlanks))]) : "";
  }

  std::string Text() {
    constexpr std::string_view kPieces[] = {"a",       "b",       "order",   "\xC3\xBC",
                                            "\\n",     "\\u0041", "\\\"",    "\xF0\x9F\x98\x80",
                                            "\\\\",    "\\ud83d", "\\ude00", "\\u0000",
                                            "\\uD83D", "{",       ",",       "-0",
                                            "1.5",     "\x7F",    " ",       "\xE2\x82\xAC"};
    std::string text = "\"";
    for (std::size_t i = Below(4); i-- > 0;) {
      // Half of the pieces are as plain as most texts are.
      text += kPieces[Below(2) == 0 ? Below(3) : Below(std::size(kPieces))];
    }
    return text + "\"";
  }

  std::string Scalar() {
    constexpr std::string_view kScalars[] = {"0",
                                             "-1",
                                             "1250",
                                             "9007199254740991",
                                             "9223372036854775807",
                                             "-9223372036854775808",
                                             "true",
                                             "false",
                                             "null",
                                             "-0",
                                             "1.0",
                                             "1e2",
                                             "9223372036854775808",
                                             "1e999"};
    if (Below(2) == 0) {
      return Text();
    }
    return std::string(kScalars[Below(8) == 0 ? Below(std::size(kScalars)) : Below(9)]);
  }

  std::string Value(std::size_t depth) {
    const std::size_t choice = depth > 20 ? 2 : Below(depth > 3 ? 9 : 6);
    if (choice == 0) {
      return Blank() + Object(depth + 1) + Blank();
    }
    if (choice == 1) {
      std::string text = "[";
      for (std::size_t i = Below(4); i-- > 0;) {
        text += Value(depth + 1) + (i == 0 ? "" : ",");
      }
      return text + "]";
    }
    return Blank() + Scalar() + Blank();
  }

  std::mt19937_64 engine_;
};

TEST(JsonFastReader, AgreesWithTheStrictReaderOnRandomTexts) {
  std::cout << "seed " << kSeed << '\n';
  Generator generator(kSeed);
  constexpr int kRounds = 10'000;
  int whole = 0;
  int changed = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::string text = generator.Object(0);
    whole += ExpectAgreement(text) ? 1 : 0;
    changed += ExpectAgreement(generator.Mutated(text)) ? 1 : 0;
    ExpectAgreement("[" + text + "," + generator.Object(3) + "]", JsonKind::kArray);
  }
  EXPECT_GT(whole, kRounds / 4);
  EXPECT_LT(whole, kRounds);
  EXPECT_GT(changed, kRounds / 50);
}

}  // namespace
}  // namespace paylog::codec
