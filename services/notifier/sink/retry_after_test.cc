#include "paylog/notifier/sink/retry_after.h"

#include <string>

#include <gtest/gtest.h>

namespace paylog::notifier {
namespace {

using std::chrono::seconds;

// 1994-11-06 08:49:37, the date of RFC 9110's examples.
constexpr std::chrono::system_clock::time_point kThen{seconds(784'111'777)};

std::optional<seconds> Parse(std::string_view value, seconds before = seconds(0)) {
  return ParseRetryAfter(value, kThen - before);
}

TEST(RetryAfter, TakesSeconds) {
  EXPECT_EQ(Parse("0"), seconds(0));
  EXPECT_EQ(Parse("120"), seconds(120));
  EXPECT_EQ(Parse(" 7\r\n"), seconds(7));
  EXPECT_EQ(Parse("0000000000000000000000000000007"), seconds(7));
}

TEST(RetryAfter, TakesTheThreeFormsOfADate) {
  for (const char* date : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(Parse(date, seconds(90)), seconds(90)) << date;
    EXPECT_EQ(Parse(date, seconds(-5)), seconds(0)) << date;
  }
}

TEST(RetryAfter, IsBounded) {
  EXPECT_EQ(Parse("86400"), kRetryAfterMax);
  EXPECT_EQ(Parse("86401"), kRetryAfterMax);
  EXPECT_EQ(Parse(std::string(10'000, '9')), kRetryAfterMax);
  EXPECT_EQ(Parse("Fri, 31 Dec 9999 23:59:59 GMT"), kRetryAfterMax);
}

TEST(RetryAfter, IgnoresNonsense) {
  for (const std::string& value :
       {std::string(), std::string(" "), std::string("soon"), std::string("-1"), std::string("+1"),
        std::string("1.5"), std::string("1e3"), std::string("12 s"), std::string("0x10"),
        std::string("1, 2"), std::string("Sun, 06 Nov 1994"), std::string("08:49:37"),
        std::string("Sun, 99 Nov 1994 08:49:37 GMT"), std::string("Sun, 06 Nov 1994 08:49"),
        std::string("::"), std::string("Sun, 06 Nov 1994 08:49:37 GMT, and again tomorrow"),
        std::string("Sun, 06 Nov 1994 08:49:37\0GMT", 29), std::string("\xff\xfe::")}) {
    EXPECT_EQ(Parse(value, seconds(90)), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace paylog::notifier
