#pragma once

#include <atomic>
#include <chrono>

#include "paylog/base/clock.h"

namespace paylog::log_sim {

// Time that passes only when it is told to. Thread-safe.
class SimClock final : public base::Clock {
 public:
  // What a wall clock shows; it can be set, backwards too.
  [[nodiscard]] base::TimestampMs Now() const override {
    return base::TimestampMs(kEpochMs + elapsed_ms_ + skew_ms_);
  }
  // Since the beginning; never goes back.
  [[nodiscard]] std::chrono::milliseconds Elapsed() const {
    return std::chrono::milliseconds(elapsed_ms_);
  }
  void Advance(std::chrono::milliseconds by) { elapsed_ms_ += by.count(); }
  void SetWallClockBy(std::chrono::milliseconds by) { skew_ms_ += by.count(); }

 private:
  static constexpr std::int64_t kEpochMs = 1'800'000'000'000;  // 2027-01-15T08:00:00Z

  std::atomic<std::int64_t> elapsed_ms_ = 0;
  std::atomic<std::int64_t> skew_ms_ = 0;
};

}  // namespace paylog::log_sim
