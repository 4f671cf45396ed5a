#include "paylog/base/vector_of.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace paylog::base {
namespace {

TEST(VectorOfTest, MovesTemporariesAndKeepsTheirOrder) {
  const auto made = VectorOf(std::make_unique<int>(1), std::make_unique<int>(2));
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(*made[0], 1);
  EXPECT_EQ(*made[1], 2);
}

TEST(VectorOfTest, LeavesNamedValuesAsTheyAre) {
  const std::string named = "longer than what a string holds in itself";
  EXPECT_EQ(VectorOf(named, std::string("b")), (std::vector<std::string>{named, "b"}));
  EXPECT_EQ(named, "longer than what a string holds in itself");
}

}  // namespace
}  // namespace paylog::base
