#include "paylog/base/strong_type.h"

#include <type_traits>

#include <gtest/gtest.h>

namespace paylog::base {
namespace {

TEST(StrongInt, DoesNotMixWithOtherKinds) {
  static_assert(!std::is_convertible_v<std::int64_t, Offset>);
  static_assert(!std::is_convertible_v<Offset, std::int64_t>);
  static_assert(!std::is_constructible_v<Offset, Sequence>);
  EXPECT_LT(Offset(1), Offset(2));
  EXPECT_EQ(Offset(1).Next(), Offset(2));
}

}  // namespace
}  // namespace paylog::base
