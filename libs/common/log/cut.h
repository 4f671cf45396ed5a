#pragma once

#include <map>
#include <string>
#include <utility>

#include "paylog/log/record.h"

namespace paylog::log {

// A log as it stood between two commits: each transaction is in it whole or not at all, in all
// partitions. Plain value.
struct LogCut {
  std::map<TopicPartition, base::Offset> ends;                             // Of all partitions.
  std::map<std::pair<std::string, TopicPartition>, base::Offset> offsets;  // Of the groups.

  friend bool operator==(const LogCut&, const LogCut&) = default;
};

}  // namespace paylog::log
