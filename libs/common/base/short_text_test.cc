#include "paylog/base/short_text.h"

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace paylog::base {
namespace {

using Text = ShortText<8>;

static_assert(std::is_trivially_copyable_v<Text>);
static_assert(sizeof(Text) == 9);

TEST(ShortText, HoldsWhatFits) {
  EXPECT_EQ(Text().view(), "");
  EXPECT_EQ(Text("").view(), "");
  EXPECT_EQ(Text("alice").view(), "alice");
  EXPECT_EQ(Text("12345678").view(), "12345678");
  EXPECT_EQ(Text(std::string("\0\xff", 2)).view(), std::string("\0\xff", 2));
  EXPECT_EQ(Text("ab").Append("").Append("cd").Append("5678").view(), "abcd5678");
}

TEST(ShortText, CopiesDoNotShare) {
  Text first("one");
  const Text second = first;
  first.Append("two");
  EXPECT_EQ(first.view(), "onetwo");
  EXPECT_EQ(second.view(), "one");
}

TEST(ShortText, IsOrderedBytewise) {
  const std::vector<std::string> ordered = {
      "", std::string("\0", 1), "a", std::string("a\0", 2), "ab", "b", "\x7f", "\xff"};
  for (const std::string& a : ordered) {
    for (const std::string& b : ordered) {
      EXPECT_EQ(Text(a) <=> Text(b), a <=> b) << a << ' ' << b;
      EXPECT_EQ(Text(a) == Text(b), a == b) << a << ' ' << b;
    }
  }
}

TEST(ShortTextDeathTest, EndsTheProcessWhereItDoesNotFit) {
  EXPECT_DEATH(Text("123456789"), "CHECK");
  EXPECT_DEATH(Text("12345678").Append("9"), "CHECK");
}

}  // namespace
}  // namespace paylog::base
