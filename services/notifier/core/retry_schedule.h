#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

// When a webhook is sent again. Pure.
namespace paylog::notifier {

struct RetrySchedule {
  // The waits between attempts: Standard Webhooks' schedule, ten attempts in about three days.
  std::vector<std::chrono::milliseconds> waits = {
      std::chrono::seconds(5), std::chrono::minutes(5), std::chrono::minutes(30),
      std::chrono::hours(2),   std::chrono::hours(5),   std::chrono::hours(10),
      std::chrono::hours(14),  std::chrono::hours(20),  std::chrono::hours(24)};
  // A delivery that could not be tried to the end within so long, since its receiver was hardly
  // ever asked, is given up.
  std::chrono::milliseconds give_up_after = std::chrono::hours(7 * 24);
};

// How long to wait after the attempt with this number, from 1, has failed: as scheduled, plus up to
// a tenth, so that what failed together does not come back together; or as long as the receiver
// asked for, if that is longer, up to a day. nullopt: that was the last attempt. The jitter is a
// function of id and number, so that the same history gives the same times.
std::optional<std::chrono::milliseconds> WaitAfter(const RetrySchedule& schedule,
                                                   std::int32_t attempt, std::string_view id,
                                                   std::optional<std::chrono::seconds> retry_after);

}  // namespace paylog::notifier
