#pragma once

#include <cstdint>

namespace paylog::model {

// How many partitions each kind of topic has. Fixed when the log is made, since keys map to
// partitions by them. Plain value.
struct PartitionCounts {
  std::int32_t commands = 0;
  std::int32_t inbox = 0;    // Also the journal's and the balances'.
  std::int32_t results = 0;  // Also the deliveries'.
  std::int32_t dead_letters = 0;

  friend bool operator==(const PartitionCounts&, const PartitionCounts&) = default;
};

}  // namespace paylog::model
