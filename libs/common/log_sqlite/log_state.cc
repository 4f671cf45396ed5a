#include "paylog/log_sqlite/log_state.h"

#include <optional>

#include "paylog/base/bytes.h"
#include "paylog/log_sqlite/batch_codec.h"

namespace paylog::log_sqlite {
namespace {

constexpr std::uint8_t kTopicVersion = 1;

using PartitionStates = std::map<std::int32_t, PartitionState>;

bool ReadTopic(const CellTable::Loaded& cell, LogState& state) {
  base::ByteReader reader(cell.value);
  const std::uint8_t version = reader.U8();
  Topic topic;
  topic.spec.name = cell.key.name;
  topic.spec.partition_count = static_cast<std::int32_t>(reader.U32());
  const std::uint8_t timestamps = reader.U8();
  const std::uint8_t retention = reader.U8();
  topic.spec.timestamps = static_cast<log::TimestampType>(timestamps);
  topic.spec.retention = static_cast<log::Retention>(retention);
  topic.spec.record_bytes_max = reader.I64();
  topic.first_partition = static_cast<std::int32_t>(reader.U32());
  const bool good = reader.AtEnd() && version == kTopicVersion && timestamps <= 1 &&
                    retention <= 1 && topic.spec.partition_count > 0 &&
                    topic.spec.partition_count <= kPartitionIndexMax;
  state.topics.emplace(cell.key.name, std::move(topic));
  return good;
}

bool ReadPartition(const CellTable::Loaded& cell, PartitionStates& partitions) {
  base::ByteReader name(cell.key.name);
  const auto index = static_cast<std::int32_t>(name.U32());
  base::ByteReader value(cell.value);
  PartitionState state;
  state.end = base::Offset(value.I64());
  state.appended = base::TimestampMs(value.I64());
  partitions.emplace(index, state);
  return name.AtEnd() && value.AtEnd() && state.end.value() > 0 && state.end.value() <= kOffsetMax;
}

bool ReadOffset(const CellTable::Loaded& cell, LogState& state) {
  base::ByteReader name(cell.key.name);
  GroupOffsetKey key;
  key.group = name.Bytes();
  key.from.topic = name.Bytes();
  key.from.partition = base::PartitionId(static_cast<std::int32_t>(name.U32()));
  base::ByteReader value(cell.value);
  const base::Offset next(value.I64());
  state.offsets.emplace(std::move(key), next);
  return name.AtEnd() && value.AtEnd();
}

bool ReadEpoch(const CellTable::Loaded& cell, LogState& state) {
  base::ByteReader value(cell.value);
  state.epochs.emplace(cell.key.name, value.I64());
  return value.AtEnd();
}

bool ReadCell(const CellTable::Loaded& cell, LogState& state, PartitionStates& partitions) {
  switch (cell.key.kind) {
    case CellKind::kTopic:
      return ReadTopic(cell, state);
    case CellKind::kPartition:
      return ReadPartition(cell, partitions);
    case CellKind::kGroupOffset:
      return ReadOffset(cell, state);
    case CellKind::kEpoch:
      return ReadEpoch(cell, state);
  }
  return false;
}

// The topics' partitions must be numbered without a gap. Returns how many there are.
std::optional<std::int32_t> CountPartitions(const LogState& state) {
  std::map<std::int32_t, std::int32_t> counts;
  for (const auto& [name, topic] : state.topics) {
    counts.emplace(topic.first_partition, topic.spec.partition_count);
  }
  std::int32_t total = 0;
  for (const auto& [first, count] : counts) {
    if (first != total || count > kPartitionIndexMax - total) {
      return std::nullopt;
    }
    total += count;
  }
  return counts.size() == state.topics.size() ? std::optional(total) : std::nullopt;
}

std::string IndexName(std::int32_t index) {
  std::string name;
  base::ByteWriter(name).U32(static_cast<std::uint32_t>(index));
  return name;
}

}  // namespace

std::vector<PartitionRef> LogState::Partitions() const {
  std::vector<PartitionRef> refs(partitions.size());
  for (const auto& [name, topic] : topics) {
    for (std::int32_t i = 0; i < topic.spec.partition_count; ++i) {
      const std::int32_t index = topic.first_partition + i;
      refs[static_cast<std::size_t>(index)] = {
          .name = {.topic = name, .partition = base::PartitionId(i)}, .index = index};
    }
  }
  return refs;
}

CellWrite TopicCell(const Topic& topic) {
  CellWrite cell{.key = {.kind = CellKind::kTopic, .name = topic.spec.name}, .value = {}};
  base::ByteWriter writer(cell.value);
  writer.U8(kTopicVersion);
  writer.U32(static_cast<std::uint32_t>(topic.spec.partition_count));
  writer.U8(static_cast<std::uint8_t>(topic.spec.timestamps));
  writer.U8(static_cast<std::uint8_t>(topic.spec.retention));
  writer.I64(topic.spec.record_bytes_max);
  writer.U32(static_cast<std::uint32_t>(topic.first_partition));
  return cell;
}

CellWrite PartitionCell(std::int32_t index, const PartitionState& state) {
  CellWrite cell{.key = {.kind = CellKind::kPartition, .name = IndexName(index)}, .value = {}};
  base::ByteWriter writer(cell.value);
  writer.I64(state.end.value());
  writer.I64(state.appended.value());
  return cell;
}

CellWrite OffsetCell(const GroupOffsetKey& key, base::Offset next) {
  CellWrite cell{.key = {.kind = CellKind::kGroupOffset, .name = {}}, .value = {}};
  base::ByteWriter name(cell.key.name);
  name.Bytes(key.group);
  name.Bytes(key.from.topic);
  name.U32(static_cast<std::uint32_t>(key.from.partition.value()));
  base::ByteWriter(cell.value).I64(next.value());
  return cell;
}

CellWrite EpochCell(const std::string& transactional_id, std::int64_t epoch) {
  CellWrite cell{.key = {.kind = CellKind::kEpoch, .name = transactional_id}, .value = {}};
  base::ByteWriter(cell.value).I64(epoch);
  return cell;
}

base::Result<LogState> StateOf(const std::vector<CellTable::Loaded>& cells) {
  LogState state;
  PartitionStates partitions;
  for (const CellTable::Loaded& cell : cells) {
    if (!ReadCell(cell, state, partitions)) {
      return base::Error{.code = base::ErrorCode::kCorrupt,
                         .context = "table cells: a cell has an unknown format"};
    }
  }
  const std::optional<std::int32_t> count = CountPartitions(state);
  if (!count || (!partitions.empty() &&
                 (partitions.begin()->first < 0 || partitions.rbegin()->first >= *count))) {
    return base::Error{.code = base::ErrorCode::kCorrupt,
                       .context = "table cells: topics and partitions do not fit together"};
  }
  state.partitions.resize(static_cast<std::size_t>(*count));
  for (const auto& [index, partition] : partitions) {
    state.partitions[static_cast<std::size_t>(index)] = partition;
  }
  return state;
}

std::string Describe(const log::TopicPartition& partition, base::Offset offset) {
  return "topic " + partition.topic + ", partition " + std::to_string(partition.partition.value()) +
         ", offset " + std::to_string(offset.value());
}

}  // namespace paylog::log_sqlite
