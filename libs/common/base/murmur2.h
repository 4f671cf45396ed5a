#pragma once

#include <cstdint>
#include <string_view>

#include "paylog/base/strong_type.h"

namespace paylog::base {

// MurmurHash2 (32 bits) with the seed of Kafka's Java client.
std::uint32_t Murmur2(std::string_view key);

// The partition that a Java producer chooses for a record with this key.
// REQUIRES: partition_count > 0
PartitionId PartitionOf(std::string_view key, std::int32_t partition_count);

}  // namespace paylog::base
