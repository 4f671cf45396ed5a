#include "paylog/ledger/stage/byte_table.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

// Goal: the newest value of each key, and nothing else, however many bytes there are.
namespace paylog::ledger {
namespace {

using Contents = std::map<std::string, std::string>;

Contents ContentsOf(const ByteTable& table) {
  Contents contents;
  table.ForEach([&](std::string_view key, std::string_view value) {
    EXPECT_TRUE(contents.emplace(key, value).second) << key << " twice";
  });
  return contents;
}

TEST(ByteTableTest, IsEmptyAtFirst) {
  const ByteTable table;
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.Find("a"), std::nullopt);
  EXPECT_TRUE(table.Sorted().empty());
}

TEST(ByteTableTest, ANewerValueHidesAnOlderOne) {
  ByteTable table;
  table.Put("a", "1");
  table.Put("b", "");
  table.Put("a", "a longer one");
  EXPECT_EQ(table.Find("a"), "a longer one");
  EXPECT_EQ(table.Find("b"), "");
  EXPECT_EQ(table.Find("ab"), std::nullopt);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(ContentsOf(table), (Contents{{"a", "a longer one"}, {"b", ""}}));
}

TEST(ByteTableTest, ClearedItIsEmptyAndOfUse) {
  ByteTable table;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 3'000; ++i) {
      table.Put(std::to_string(i), std::string(100, static_cast<char>('a' + round)));
    }
    EXPECT_EQ(table.Find("2999"), std::string(100, static_cast<char>('a' + round)));
    table.Clear();
    EXPECT_TRUE(table.empty());
    EXPECT_EQ(table.Find("2999"), std::nullopt);
    EXPECT_TRUE(ContentsOf(table).empty());
  }
}

TEST(ByteTableTest, OneThatWasMovedFromIsEmptyAndOfUse) {
  ByteTable table;
  const std::string half(ByteTable::kChunkBytes / 2, 'v');
  for (int i = 0; i < 5; ++i) {
    table.Put(std::to_string(i), half);
  }
  const ByteTable other = std::move(table);
  EXPECT_EQ(other.Find("4"), half);
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.Find("4"), std::nullopt);
  for (int i = 0; i < 5; ++i) {
    table.Put(std::to_string(i), half);
  }
  EXPECT_EQ(table.Find("4"), half);
  EXPECT_EQ(other.Find("0"), half);
}

TEST(ByteTableTest, HoldsWhatJustFitsAChunkAndWhatDoesNot) {
  ByteTable table;
  const std::string large(ByteTable::kChunkBytes - 1, 'v');
  table.Put("a", large);
  table.Put("b", large);
  table.Put("c", "small");
  EXPECT_EQ(table.Find("a"), large);
  EXPECT_EQ(table.Find("b"), large);
  EXPECT_EQ(table.Find("c"), "small");
  table.Put("d", large + large);
  table.Put("e", "small");
  EXPECT_EQ(table.Find("d"), large + large);
  EXPECT_EQ(table.Find("b"), large);
  EXPECT_EQ(table.Find("e"), "small");
  table.Clear();
  EXPECT_EQ(table.Find("d"), std::nullopt);
}

TEST(ByteTableTest, EqualsAMap) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  ByteTable table;
  Contents expected;
  for (int step = 0; step < 50'000; ++step) {
    const std::string key = "account " + std::to_string(random() % 10'000);
    if (random() % 3 == 0) {
      const auto found = table.Find(key);
      const auto known = expected.find(key);
      ASSERT_EQ(found.has_value(), known != expected.end()) << key;
      ASSERT_TRUE(!found || *found == known->second) << key;
    } else {
      const std::string value(random() % 300, static_cast<char>('a' + random() % 26));
      table.Put(key, value);
      expected[key] = value;
    }
  }
  EXPECT_EQ(ContentsOf(table), expected);
  const auto sorted = table.Sorted();
  ASSERT_EQ(sorted.size(), expected.size());
  EXPECT_TRUE(std::equal(
      sorted.begin(), sorted.end(), expected.begin(),
      [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; }));
}

}  // namespace
}  // namespace paylog::ledger
