#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "paylog/base/strong_type.h"
#include "paylog/log/headers.h"

// What a log holds. Plain values.
namespace paylog::log {

struct TopicPartition {
  std::string topic;
  base::PartitionId partition;

  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
  // "payments.commands/3"
  [[nodiscard]] std::string ToString() const {
    return topic + '/' + std::to_string(partition.value());
  }
};

// A record on its way into the log.
struct Record {
  std::optional<std::string> key;
  std::string value;
  Headers headers;
  // Kept where the topic's timestamps are the producer's; on an append-time topic the log sets it.
  base::TimestampMs timestamp;
  friend bool operator==(const Record&, const Record&) = default;
};

// A record as it stands in the log.
struct StoredRecord {
  base::Offset offset;
  std::optional<std::string> key;
  std::string value;
  Headers headers;
  base::TimestampMs timestamp;

  // The value of the first header of this name.
  [[nodiscard]] std::optional<std::string_view> FindHeader(std::string_view name) const {
    return headers.Find(name);
  }
  friend bool operator==(const StoredRecord&, const StoredRecord&) = default;
};

// What a record counts against limits: key, value, and names and values of the headers, in bytes.
template <typename AnyRecord>
std::size_t RecordBytes(const AnyRecord& record) {
  return (record.key ? record.key->size() : 0) + record.value.size() + record.headers.text_bytes();
}

enum class TimestampType : std::uint8_t { kProducer = 0, kLogAppend = 1 };

// kKeep: every record, for ever. kCompact: at a point that the adapter names, all but the last
// record of each key may go; offsets never change.
enum class Retention : std::uint8_t { kKeep = 0, kCompact = 1 };

struct TopicSpec {
  std::string name;
  std::int32_t partition_count = 1;
  TimestampType timestamps = TimestampType::kProducer;
  Retention retention = Retention::kKeep;
  // Of one record: key, value and headers together, in bytes.
  std::int64_t record_bytes_max = 1'000'000;
  friend bool operator==(const TopicSpec&, const TopicSpec&) = default;
};

}  // namespace paylog::log

template <>
struct std::hash<paylog::log::TopicPartition> {
  std::size_t operator()(const paylog::log::TopicPartition& tp) const noexcept {
    return std::hash<std::string>{}(tp.topic) * 31 +
           std::hash<paylog::base::PartitionId>{}(tp.partition);
  }
};
