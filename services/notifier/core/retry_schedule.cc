#include "paylog/notifier/core/retry_schedule.h"

#include <algorithm>
#include <string>

#include "paylog/base/check.h"
#include "paylog/base/hash.h"

namespace paylog::notifier {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRetryAfterMax = std::chrono::hours(24);
constexpr std::int64_t kJitterShare = 10;

// 0 to a tenth of the wait.
milliseconds Jitter(milliseconds wait, std::int32_t attempt, std::string_view id) {
  const base::Hash256 digest = base::Sha256(std::string(id) + ':' + std::to_string(attempt));
  const std::int64_t byte = digest.bytes.front();
  return milliseconds(wait.count() * byte / (255 * kJitterShare));
}

}  // namespace

std::optional<milliseconds> WaitAfter(const RetrySchedule& schedule, std::int32_t attempt,
                                      std::string_view id,
                                      std::optional<std::chrono::seconds> retry_after) {
  CHECK(attempt >= 1);
  const auto index = static_cast<std::size_t>(attempt - 1);
  if (index >= schedule.waits.size()) {
    return std::nullopt;
  }
  const milliseconds wait = schedule.waits[index];
  const milliseconds asked =
      std::min<milliseconds>(retry_after.value_or(std::chrono::seconds(0)), kRetryAfterMax);
  return std::max(wait + Jitter(wait, attempt, id), asked);
}

}  // namespace paylog::notifier
