#include "paylog/codec/headers.h"

#include <gtest/gtest.h>

namespace paylog::codec {
namespace {

TEST(Origin, PrintsAndReadsBack) {
  const Origin origin{
      .topic = "payments.commands", .partition = base::PartitionId(3), .offset = base::Offset(42)};
  EXPECT_EQ(origin.ToString(), "payments.commands/3/42");
  EXPECT_EQ(Origin::Parse("payments.commands/3/42"), origin);
  EXPECT_TRUE(Origin::Parse("t/2147483647/9223372036854775807").has_value());
}

TEST(Origin, RefusesOtherSpellings) {
  for (const char* text : {"",
                           "/",
                           "//",
                           "t/1",
                           "/1/2",
                           "t//2",
                           "t/1/",
                           "t/1/2/",
                           "t/1/2/3",
                           "t/-1/2",
                           "t/1/-2",
                           "t/+1/2",
                           "t/01/2",
                           "t/1/02",
                           "t/1/2 ",
                           " t/1/2",
                           "t/0x1/2",
                           "t/2147483648/2",
                           "t/1/9223372036854775808",
                           "t u/1/2"}) {
    EXPECT_EQ(Origin::Parse(text), std::nullopt) << text;
  }
}

TEST(FormatTime, IsRfc3339InUtc) {
  const struct {
    std::int64_t ms;
    const char* text;
  } cases[] = {{0, "1970-01-01T00:00:00.000Z"},
               {-1, "1969-12-31T23:59:59.999Z"},
               {951'782'400'000, "2000-02-29T00:00:00.000Z"},
               {1'795'248'000'000, "2026-11-21T08:00:00.000Z"},
               {4'107'542'399'999, "2100-02-28T23:59:59.999Z"},
               {253'402'300'799'999, "9999-12-31T23:59:59.999Z"}};
  for (const auto& each : cases) {
    EXPECT_EQ(FormatTime(base::TimestampMs(each.ms)).view(), each.text);
  }
  for (const std::int64_t ms : {INT64_MAX, INT64_MIN}) {
    EXPECT_TRUE(FormatTime(base::TimestampMs(ms)).view().ends_with("Z"));
  }
}

}  // namespace
}  // namespace paylog::codec
