#include "paylog/sqlite/checksum.h"

#include <gtest/gtest.h>

namespace paylog::sqlite {
namespace {

// Files hold these numbers: XXH3 has a fixed output, and so must this function.
TEST(Checksum, IsXxh3) {
  EXPECT_EQ(Checksum(""), 0x2d06800538d394c2U);
  EXPECT_EQ(Checksum("abc"), 0x78af5f94892f3950U);
}

TEST(Checksum, DependsOnTheSeed) {
  EXPECT_EQ(Checksum("abc", 0), Checksum("abc"));
  EXPECT_NE(Checksum("abc", 1), Checksum("abc"));
  EXPECT_NE(Checksum("abc", 1), Checksum("abc", 2));
}

}  // namespace
}  // namespace paylog::sqlite
