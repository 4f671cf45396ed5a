#include "paylog/ledger/core/hash_index.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include <gtest/gtest.h>

// Goal: whatever was added is found where it lies, however full the index is and however many share
// a hash; and nothing else is.
namespace paylog::ledger {
namespace {

const auto kAny = [](std::uint32_t) { return true; };

TEST(HashIndexTest, IsEmptyAtFirst) {
  const HashIndex index;
  EXPECT_EQ(index.Find(0, kAny), std::nullopt);
}

TEST(HashIndexTest, FindsThePlaceThatIsMeant) {
  HashIndex index;
  for (std::uint32_t place = 0; place < 100; ++place) {
    index.Add(place % 3, place);
  }
  for (std::uint32_t wanted = 0; wanted < 100; ++wanted) {
    const auto is_it = [&](std::uint32_t place) { return place == wanted; };
    EXPECT_EQ(index.Find(wanted % 3, is_it), wanted);
    EXPECT_EQ(index.Find((wanted + 1) % 3, is_it), std::nullopt);
  }
}

TEST(HashIndexTest, IsEmptyAfterClear) {
  HashIndex index;
  for (const std::uint32_t count : {1'000U, 5U, 1'000U}) {
    for (std::uint32_t place = 0; place < count; ++place) {
      index.Add(place * 7, place);
    }
    EXPECT_EQ(index.Find(7 * (count - 1), kAny), count - 1);
    index.Clear();
    for (std::uint32_t place = 0; place < count; ++place) {
      EXPECT_EQ(index.Find(place * 7, kAny), std::nullopt);
    }
  }
}

TEST(HashIndexTest, OneThatWasMovedFromIsEmptyAndOfUse) {
  HashIndex index;
  for (std::uint32_t place = 0; place < 100; ++place) {
    index.Add(place, place);
  }
  const HashIndex other = std::move(index);
  EXPECT_EQ(other.Find(99, kAny), 99U);
  EXPECT_EQ(index.Find(99, kAny), std::nullopt);
  index.Add(5, 1);
  EXPECT_EQ(index.Find(5, kAny), 1U);
}

TEST(HashIndexTest, EqualsAMultimap) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  HashIndex index;
  std::multimap<std::uint32_t, std::uint32_t> expected;
  for (std::uint32_t place = 0; place < 30'000; ++place) {
    const auto hash = static_cast<std::uint32_t>(random() % 20'000) * 0x9E3779B9U;
    index.Add(hash, place);
    expected.emplace(hash, place);
    const auto asked = static_cast<std::uint32_t>(random() % 20'000) * 0x9E3779B9U;
    std::multimap<std::uint32_t, std::uint32_t> seen;
    (void)index.Find(asked, [&](std::uint32_t found) {
      seen.emplace(asked, found);
      return false;
    });
    ASSERT_EQ(seen.size(), expected.count(asked));
    for (const auto& [same, found] : seen) {
      const auto [begin, end] = expected.equal_range(same);
      ASSERT_TRUE(
          std::any_of(begin, end, [&](const auto& known) { return known.second == found; }));
    }
  }
}

}  // namespace
}  // namespace paylog::ledger
