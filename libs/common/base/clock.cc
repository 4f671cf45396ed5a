#include "paylog/base/clock.h"

#include <chrono>

namespace paylog::base {

TimestampMs SystemClock::Now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return TimestampMs(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

}  // namespace paylog::base
