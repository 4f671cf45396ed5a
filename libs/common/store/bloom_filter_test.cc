#include "paylog/store/bloom_filter.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace paylog::store {
namespace {

std::vector<KeyHash> HashesOf(int begin, int end) {
  std::vector<KeyHash> hashes;
  for (int i = begin; i < end; ++i) {
    hashes.push_back(HashKey("id" + std::to_string(i)));
  }
  return hashes;
}

TEST(BloomFilter, HoldsEveryKeyItWasBuiltFrom) {
  for (const int count : {1, 2, 100, 10'000}) {
    const std::vector<KeyHash> keys = HashesOf(0, count);
    const std::string filter = BuildFilter(keys);
    for (const KeyHash& key : keys) {
      EXPECT_TRUE(MayContain(filter, key));
    }
  }
}

TEST(BloomFilter, RefusesAlmostEveryOtherKey) {
  const std::string filter = BuildFilter(HashesOf(0, 10'000));
  int wrong = 0;
  for (const KeyHash& key : HashesOf(10'000, 20'000)) {
    wrong += MayContain(filter, key) ? 1 : 0;
  }
  EXPECT_LT(wrong, 40);  // 14 are expected.
}

// Files keep them: what was built with ten bits for each key, as once, holds its keys still.
TEST(BloomFilter, OneOfFewerBitsHoldsItsKeys) {
  const std::string filter("\x4b\x37\x32\xf2\x02\x0a\xd5\x30\xee\xdd", 10);
  for (const KeyHash& key : HashesOf(0, 8)) {
    EXPECT_TRUE(MayContain(filter, key));
  }
  int others = 0;
  for (const KeyHash& key : HashesOf(8, 1'008)) {
    others += MayContain(filter, key) ? 1 : 0;
  }
  EXPECT_LT(others, 40);
}

TEST(BloomFilter, AnEmptyOneHoldsNothing) {
  EXPECT_FALSE(MayContain(BuildFilter({}), HashKey("id")));
}

}  // namespace
}  // namespace paylog::store
