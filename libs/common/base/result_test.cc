#include "paylog/base/result.h"

#include <string>

#include <gtest/gtest.h>

namespace paylog::base {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) {
    return Error{.code = ErrorCode::kInvalidArgument, .context = "odd"};
  }
  return n / 2;
}

Result<int> Quarter(int n) {
  PAYLOG_ASSIGN(const int half, Half(n));
  return Half(half);
}

Result<void> MustBeEven(int n) {
  PAYLOG_TRY(Half(n));
  return {};
}

TEST(Result, CarriesTheValueOrTheError) {
  EXPECT_EQ(Half(8).value(), 4);
  ASSERT_FALSE(Half(7).has_value());
  EXPECT_EQ(Half(7).error().code, ErrorCode::kInvalidArgument);
}

TEST(Result, MacrosPassTheErrorOn) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(6).error().context, "odd");
  EXPECT_TRUE(MustBeEven(2).has_value());
  EXPECT_FALSE(MustBeEven(3).has_value());
}

TEST(Result, ErrorsNameTheirKindAndPlace) {
  const Error error{.code = ErrorCode::kCorrupt, .context = "offset 12: checksum differs"};
  EXPECT_EQ(error.In("partition 0").ToString(),
            "corrupt: partition 0: offset 12: checksum differs");
}

TEST(ResultDeathTest, TakingTheValueOfAnErrorEndsTheProcess) {
  EXPECT_DEATH((void)Half(7).value(), "CHECK failed at .*has_value");
}

}  // namespace
}  // namespace paylog::base
