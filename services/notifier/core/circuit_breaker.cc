#include "paylog/notifier/core/circuit_breaker.h"

#include <algorithm>

namespace paylog::notifier {

bool CircuitBreaker::TryBegin(base::TimestampMs now) {
  if (is_closed()) {
    return true;
  }
  if (probing_ || now < *open_until_) {
    return false;
  }
  probing_ = true;
  return true;
}

bool CircuitBreaker::End(bool succeeded, base::TimestampMs now) {
  if (succeeded) {
    open_until_.reset();
    probing_ = false;
    failures_ = reopenings_ = 0;
    return false;
  }
  if (probing_) {
    probing_ = false;
    ++reopenings_;
    Open(now);
    return false;
  }
  if (is_closed() && ++failures_ >= options_.failures_max) {
    Open(now);
    return true;
  }
  return false;
}

std::optional<base::TimestampMs> CircuitBreaker::probe_at() const {
  return probing_ ? std::nullopt : open_until_;
}

void CircuitBreaker::Open(base::TimestampMs now) {
  std::chrono::milliseconds wait = options_.open_min;
  for (int i = 0; i < reopenings_ && wait < options_.open_max; ++i) {
    wait *= 2;
  }
  open_until_ = base::TimestampMs(now.value() + std::min(wait, options_.open_max).count());
}

}  // namespace paylog::notifier
