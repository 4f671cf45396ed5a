#include "paylog/base/rare_string.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace paylog::base {
namespace {

TEST(RareString, IsAStringLikeAnyOther) {
  const RareString none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.value(), "");
  EXPECT_EQ(none, RareString(""));
  const RareString some("why");
  EXPECT_FALSE(some.empty());
  EXPECT_EQ(some.value(), "why");
  EXPECT_NE(some, none);
  EXPECT_EQ(some, RareString(std::string("why")));
}

TEST(RareString, ACopyIsAnotherString) {
  RareString some("why");
  const RareString copy = some;
  some = "because";
  EXPECT_EQ(copy.value(), "why");
  EXPECT_EQ(some.value(), "because");
  some = copy;
  EXPECT_EQ(some, copy);
  some = {};
  EXPECT_TRUE(some.empty());
  EXPECT_EQ(copy.value(), "why");
}

TEST(RareString, IsEmptyWhereItWasMovedFrom) {
  RareString some("why");
  const RareString moved = std::move(some);
  EXPECT_EQ(moved.value(), "why");
  EXPECT_TRUE(some.empty());
}

}  // namespace
}  // namespace paylog::base
