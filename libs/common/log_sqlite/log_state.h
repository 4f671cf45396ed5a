#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/record.h"
#include "paylog/log_sqlite/cells.h"

// What the cells say. Names and values of each kind, with the numbers of bytes.h:
//
//     topic         name: the topic's. value: version (1 byte, 1), partition count (4), timestamp
//                   type (1), retention (1), largest record (8), index of its first partition (4).
//                   Partitions of all topics are numbered in the order in which they were made
//     partition     name: its index (4). value: end offset (8), timestamp of the last append (8);
//                   no cell before the first record
//     group offset  name: group and topic, each with its size, and the partition (4).
//                   value: the next offset (8)
//     epoch         name: the transactional id. value: its epoch (8), from 1
namespace paylog::log_sqlite {

struct Topic {
  log::TopicSpec spec;
  std::int32_t first_partition = 0;
};

struct PartitionState {
  base::Offset end;
  base::TimestampMs appended;
};

struct GroupOffsetKey {
  std::string group;
  log::TopicPartition from;
  friend auto operator<=>(const GroupOffsetKey&, const GroupOffsetKey&) = default;
};

// A partition by its name and by its index among those of all topics.
struct PartitionRef {
  log::TopicPartition name;
  std::int32_t index = 0;
};

// Plain value.
struct LogState {
  std::map<std::string, Topic> topics;
  std::vector<PartitionState> partitions;  // By index.
  std::map<GroupOffsetKey, base::Offset> offsets;
  std::map<std::string, std::int64_t> epochs;

  [[nodiscard]] std::vector<PartitionRef> Partitions() const;  // By index.
};

struct CellWrite {
  CellKey key;
  std::string value;
};

CellWrite TopicCell(const Topic& topic);
CellWrite PartitionCell(std::int32_t index, const PartitionState& state);
CellWrite OffsetCell(const GroupOffsetKey& key, base::Offset next);
CellWrite EpochCell(const std::string& transactional_id, std::int64_t epoch);

// kCorrupt unless the cells make sense together.
base::Result<LogState> StateOf(const std::vector<CellTable::Loaded>& cells);

// "topic payments.commands, partition 0, offset 12"
std::string Describe(const log::TopicPartition& partition, base::Offset offset);

}  // namespace paylog::log_sqlite
