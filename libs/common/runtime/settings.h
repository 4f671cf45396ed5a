#pragma once

#include "paylog/base/clock.h"
#include "paylog/base/result.h"
#include "paylog/log/log.h"
#include "paylog/runtime/topics.h"

// The topics of a log are made once, with partition counts that never change, since keys map to
// partitions by them. The counts are recorded in the log itself, in paylog.settings, so that every
// start can check that the topics are still as they were made. The first record rules.
namespace paylog::runtime {

inline constexpr std::int32_t kPartitionCountDefault = 4;

// Makes the topics that are missing and records the counts; returns them. `partition_count` 0: as
// the log has it, or the default for a new one. kInvalidArgument where the log was made with
// another number; otherwise as OpenTopics. Safe to repeat, after a crash too, and by several
// processes at once.
base::Result<PartitionCounts> CreateTopics(log::Log& log, const base::Clock& clock,
                                           std::int32_t partition_count);

// Reads the recorded counts and checks that all topics are as they were made. Changes nothing.
// kNotFound where topics or the record are missing, kAlreadyExists where a topic was changed,
// kCorrupt for a record that is damaged or contradicts the first; the message says how to mend it.
base::Result<PartitionCounts> OpenTopics(log::Log& log);

// When the topics were made, by the clock of whoever made them: tells a log from another that had
// the same address before. Errors as OpenTopics.
base::Result<base::TimestampMs> ReadTimeMade(log::Log& log);

// kInvalidArgument where `asked` is not 0 and a topic has another number.
base::Result<void> CheckPartitionCount(const PartitionCounts& has, std::int32_t asked);

}  // namespace paylog::runtime
