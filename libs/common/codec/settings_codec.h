#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/model/partition_counts.h"

// The record of paylog.settings. Deterministic and thread-safe.
namespace paylog::codec {

std::string EncodeSettings(const model::PartitionCounts& counts);
// kCorrupt, with the path, for anything that EncodeSettings does not write, and for counts outside
// 1 to base::kPartitionCountMax.
base::Result<model::PartitionCounts> DecodeSettings(std::string_view value);

}  // namespace paylog::codec
