#include "paylog/log/headers.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace paylog::log {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs Listed(const Headers& headers) {
  Pairs pairs;
  for (const Header header : headers) {
    pairs.emplace_back(header.name, header.value);
  }
  return pairs;
}

TEST(Headers, KeepsOrderRepeatsAndAnyBytes) {
  const std::string bytes("\0\xff", 2);
  const std::string long_value(300, 'v');
  Headers headers = {{"a", "1"}, {"", ""}};
  headers.Add("a", "2");
  headers.Add(bytes, long_value);

  EXPECT_EQ(Listed(headers), (Pairs{{"a", "1"}, {"", ""}, {"a", "2"}, {bytes, long_value}}));
  EXPECT_EQ(headers.size(), 4U);
  EXPECT_EQ(headers.text_bytes(), 306U);
  EXPECT_EQ(headers.Find("a"), "1");
  EXPECT_EQ(headers.Find(""), "");
  EXPECT_EQ(headers.Find(bytes), long_value);
  EXPECT_EQ(headers.Find("b"), std::nullopt);
}

TEST(Headers, AreAddedToOthersInTheirOrder) {
  Headers headers = {{"a", "1"}};
  headers.Add(Headers{{"b", ""}, {"a", "22"}});
  headers.Add(Headers());
  headers.Add("c", "3");

  EXPECT_EQ(Listed(headers), (Pairs{{"a", "1"}, {"b", ""}, {"a", "22"}, {"c", "3"}}));
  EXPECT_EQ(headers, (Headers{{"a", "1"}, {"b", ""}, {"a", "22"}, {"c", "3"}}));
  EXPECT_EQ(headers.size(), 4U);
  EXPECT_EQ(headers.text_bytes(), 8U);
}

TEST(Headers, NoneAreNone) {
  const Headers none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(Listed(none), Pairs());
  EXPECT_EQ(none.text_bytes(), 0U);
  EXPECT_EQ(none.Find(""), std::nullopt);
}

TEST(Headers, AreEqualWhereNamesAndValuesAre) {
  EXPECT_EQ((Headers{{"a", "b"}}), (Headers{{"a", "b"}}));
  EXPECT_NE((Headers{{"a", "b"}}), (Headers{{"ab", ""}}));
  EXPECT_NE((Headers{{"a", "b"}}), (Headers{{"a", "b"}, {"a", "b"}}));
  EXPECT_NE((Headers{{"a", "1"}, {"b", "2"}}), (Headers{{"b", "2"}, {"a", "1"}}));
}

TEST(Headers, AreReadFromTheirBytesAndNoFurther) {
  const Headers written = {{"a", "1"}, {"b", ""}};
  const std::string bytes = written.bytes() + "rest";
  base::ByteReader reader(bytes);
  const auto read = Headers::Read(reader, 2);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, written);
  EXPECT_EQ(read->size(), 2U);
  EXPECT_EQ(read->text_bytes(), 3U);
  EXPECT_EQ(reader.Raw(4), "rest");
  EXPECT_TRUE(reader.AtEnd());
}

TEST(Headers, AreNotReadWhereTheyEnd) {
  const std::string bytes = Headers{{"name", "value"}}.bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    base::ByteReader reader(std::string_view(bytes).substr(0, size));
    EXPECT_FALSE(Headers::Read(reader, 1).has_value()) << size;
    EXPECT_FALSE(reader.ok()) << size;
  }
  base::ByteReader reader(bytes);
  EXPECT_FALSE(Headers::Read(reader, 2).has_value());
}

}  // namespace
}  // namespace paylog::log
