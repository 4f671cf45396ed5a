#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace paylog::base {

// An integer that mixes with no other kind of integer. Plain value.
template <typename Tag, typename Rep>
class StrongInt {
 public:
  using rep = Rep;

  constexpr StrongInt() = default;
  constexpr explicit StrongInt(Rep value) : value_(value) {}

  [[nodiscard]] constexpr Rep value() const { return value_; }
  [[nodiscard]] constexpr StrongInt Next() const { return StrongInt(static_cast<Rep>(value_ + 1)); }

  friend constexpr auto operator<=>(StrongInt, StrongInt) = default;

 private:
  Rep value_ = 0;
};

// Index of a partition within its topic, from 0.
using PartitionId = StrongInt<struct PartitionIdTag, std::int32_t>;
// Place of a record within a partition of the log, from 0; may have gaps.
using Offset = StrongInt<struct OffsetTag, std::int64_t>;
// Place of an event within a partition of the ledger's journal, from 1; has no gaps.
using Sequence = StrongInt<struct SequenceTag, std::int64_t>;
// Milliseconds since 1970-01-01T00:00:00Z.
using TimestampMs = StrongInt<struct TimestampMsTag, std::int64_t>;

}  // namespace paylog::base

template <typename Tag, typename Rep>
struct std::hash<paylog::base::StrongInt<Tag, Rep>> {
  std::size_t operator()(paylog::base::StrongInt<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};
