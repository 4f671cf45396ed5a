#pragma once

#include "paylog/base/strong_type.h"

namespace paylog::base {

// Wall-clock time as a dependency. Constructed in main only; cores never see one: time reaches them
// as data. Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimestampMs Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimestampMs Now() const override;
};

}  // namespace paylog::base
