#include "paylog/base/int128.h"

#include <limits>

#include <gtest/gtest.h>

namespace paylog::base {
namespace {

TEST(Int128, PrintsAndReadsBack) {
  const Int128 largest = ~(Int128{1} << 127);
  for (const Int128 value : {Int128{0}, Int128{-1}, Int128{1} << 100, largest, -largest - 1}) {
    EXPECT_TRUE(ParseInt128(ToString(value)) == value) << ToString(value);
  }
  EXPECT_EQ(ToString(largest), "170141183460469231731687303715884105727");
}

TEST(Int128, RefusesOtherSpellings) {
  for (const char* text :
       {"", "-", "-0", "01", "+1", " 1", "1.0", "1e2", "170141183460469231731687303715884105728"}) {
    EXPECT_FALSE(ParseInt128(text).has_value()) << text;
  }
}

TEST(Int128, AdditionSaysWhenItDoesNotFit) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(CheckedAdd(kLargest, std::int64_t{0}), kLargest);
  EXPECT_EQ(CheckedAdd(kLargest, std::int64_t{1}), std::nullopt);
}

}  // namespace
}  // namespace paylog::base
