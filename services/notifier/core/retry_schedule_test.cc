#include "paylog/notifier/core/retry_schedule.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace paylog::notifier {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(RetrySchedule, IsThatOfStandardWebhooks) {
  const RetrySchedule schedule;
  const std::vector<milliseconds> expected = {seconds(5), minutes(5), minutes(30),
                                              hours(2),   hours(5),   hours(10),
                                              hours(14),  hours(20),  hours(24)};
  EXPECT_EQ(schedule.waits, expected);
  for (std::int32_t attempt = 1; attempt <= 9; ++attempt) {
    const auto wait = WaitAfter(schedule, attempt, "msg_1", std::nullopt);
    const milliseconds least = expected[static_cast<std::size_t>(attempt - 1)];
    ASSERT_TRUE(wait.has_value()) << attempt;
    EXPECT_GE(*wait, least);
    EXPECT_LE(*wait, least + least / 10);
  }
  EXPECT_FALSE(WaitAfter(schedule, 10, "msg_1", std::nullopt)) << "the tenth attempt is the last";
  EXPECT_FALSE(WaitAfter(schedule, 10, "msg_1", seconds(1))) << "whatever the receiver asks for";
}

TEST(RetrySchedule, JitterIsAFunctionOfIdAndAttempt) {
  const RetrySchedule schedule;
  std::set<milliseconds> waits;
  for (int i = 0; i < 200; ++i) {
    const std::string id = "msg_" + std::to_string(i);
    const auto wait = WaitAfter(schedule, 2, id, std::nullopt);
    EXPECT_EQ(wait, WaitAfter(schedule, 2, id, std::nullopt));
    waits.insert(*wait);
  }
  EXPECT_GT(waits.size(), 50U) << "what failed together comes back spread";
}

TEST(RetrySchedule, HearsRetryAfterUpToADay) {
  const RetrySchedule schedule;
  EXPECT_EQ(WaitAfter(schedule, 1, "m", seconds(60)), seconds(60));
  EXPECT_EQ(WaitAfter(schedule, 1, "m", hours(1'000)), hours(24));
  EXPECT_EQ(WaitAfter(schedule, 3, "m", seconds(1)), WaitAfter(schedule, 3, "m", std::nullopt))
      << "it never shortens a wait";
}

TEST(RetryScheduleDeathTest, CountsFromOne) {
  EXPECT_DEATH((void)WaitAfter({}, 0, "m", std::nullopt), "attempt >= 1");
}

}  // namespace
}  // namespace paylog::notifier
