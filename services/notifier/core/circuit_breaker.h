#pragma once

#include <chrono>
#include <optional>

#include "paylog/base/strong_type.h"

namespace paylog::notifier {

struct CircuitBreakerOptions {
  int failures_max = 5;  // In a row; then the circuit opens.
  // Until the first probe; doubled with each that fails.
  std::chrono::milliseconds open_min = std::chrono::seconds(5);
  std::chrono::milliseconds open_max = std::chrono::minutes(5);
};

// Keeps attempts from a receiver that fails again and again, so that they are not used up. Closed:
// attempts go out. Open: none does. Half-open, once that has lasted: one does, the probe, and
// decides. Time comes as data. Not thread-safe.
class CircuitBreaker {
 public:
  explicit CircuitBreaker(const CircuitBreakerOptions& options) : options_(options) {}

  // May an attempt begin? Where the circuit is half-open this is the probe, until it ends.
  bool TryBegin(base::TimestampMs now);
  // An attempt has ended. True where this opened a closed circuit. Attempts that began while it was
  // closed may end later: a failure changes nothing then, a success closes it.
  bool End(bool succeeded, base::TimestampMs now);

  [[nodiscard]] bool is_closed() const { return !open_until_; }
  // When a probe may begin; nullopt while closed, or while one is under way.
  [[nodiscard]] std::optional<base::TimestampMs> probe_at() const;

 private:
  void Open(base::TimestampMs now);

  CircuitBreakerOptions options_;
  int failures_ = 0;  // In a row, while closed.
  int reopenings_ = 0;
  bool probing_ = false;
  std::optional<base::TimestampMs> open_until_;
};

}  // namespace paylog::notifier
