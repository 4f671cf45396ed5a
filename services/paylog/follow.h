#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/log.h"
#include "paylog/service/open_log.h"

namespace paylog::cli {

// A partition to read, from where to where.
struct ReadRange {
  log::TopicPartition partition;
  base::Offset from;
  base::Offset end;  // Exclusive; not looked at when following.
};

// False ends the reading.
using RecordVisitor = std::function<bool(const log::TopicPartition&, const log::StoredRecord&)>;

// What the topic holds as of now, all partitions.
base::Result<std::vector<ReadRange>> WholeTopic(log::Log& log, std::string_view topic,
                                                std::int32_t partition_count);

// Records that the ranges hold at most.
std::int64_t Count(const std::vector<ReadRange>& ranges);

// Visits the records of the ranges, one partition after the other.
base::Result<void> ReadRanges(log::Log& log, const std::vector<ReadRange>& ranges,
                              const RecordVisitor& visit);

// The same, and then goes on with what is appended, until `visit` or `stopped` ends it. All
// partitions are looked at in turn; a round that finds nothing waits a moment, once.
//
// An embedded log that nobody serves is given back once it is read, since nobody could append while
// this process has it; the following goes on when somebody serves it. `opened.log` is gone then.
base::Result<void> Follow(service::OpenedLog& opened, const std::vector<ReadRange>& ranges,
                          const RecordVisitor& visit, const std::function<bool()>& stopped);

}  // namespace paylog::cli
