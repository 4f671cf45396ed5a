#include "paylog/runtime/settings.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "paylog/codec/settings_codec.h"
#include "paylog/runtime/poll_towards.h"

namespace paylog::runtime {
namespace {

using base::Error;
using base::ErrorCode;

log::TopicPartition SettingsPartition() {
  return Partition(kSettingsTopic, base::PartitionId(0));
}

// The partition counts of the topics that the log has, by topic.
using TopicCounts = std::map<std::string, std::int32_t>;

base::Result<TopicCounts> ReadTopicCounts(log::Log& log) {
  PAYLOG_ASSIGN(const auto topics, log.ListTopics());
  TopicCounts counts;
  for (const log::TopicSpec& topic : topics) {
    counts[topic.name] = topic.partition_count;
  }
  return counts;
}

// The first record, and when it was written.
struct Recorded {
  PartitionCounts counts;
  base::TimestampMs made;
};

// nullopt where nothing is recorded yet. REQUIRES: the topic exists.
base::Result<std::optional<Recorded>> ReadRecord(log::Log& log) {
  const log::TopicPartition partition = SettingsPartition();
  PAYLOG_ASSIGN(const auto uncommitted, log.NewReader(partition, log::Isolation::kReadUncommitted));
  PAYLOG_ASSIGN(const base::Offset end, uncommitted->EndOffset());
  PAYLOG_ASSIGN(const auto reader, log.NewReader(partition, log::Isolation::kReadCommitted));
  PAYLOG_TRY(reader->Seek(base::Offset(0)));
  std::optional<Recorded> first;
  while (true) {
    PAYLOG_ASSIGN(const auto polled, PollTowards(*reader, end));
    if (polled.records.empty()) {
      return first;
    }
    for (const log::StoredRecord& record : polled.records) {
      const std::string where =
          std::string(kSettingsTopic) + " offset " + std::to_string(record.offset.value());
      const auto counts = codec::DecodeSettings(record.value);
      if (!counts) {
        return counts.error().In(where);
      }
      if (first && first->counts != *counts) {
        return Error{.code = ErrorCode::kCorrupt,
                     .context = where + " contradicts the first record, " +
                                codec::EncodeSettings(first->counts) + ": " + record.value};
      }
      if (!first) {
        first = Recorded{.counts = *counts, .made = record.timestamp};
      }
    }
  }
}

// The same where the topic may be missing.
base::Result<std::optional<Recorded>> FindRecord(log::Log& log, const TopicCounts& topics) {
  return topics.contains(std::string(kSettingsTopic)) ? ReadRecord(log) : std::optional<Recorded>();
}

base::Result<void> WriteRecord(log::Log& log, const base::Clock& clock,
                               const PartitionCounts& counts) {
  PAYLOG_ASSIGN(const auto producer, log.NewProducer());
  PAYLOG_TRY(producer->Send(
      SettingsPartition(),
      {.key = std::nullopt, .value = codec::EncodeSettings(counts), .timestamp = clock.Now()}));
  return producer->Flush();
}

// Of topics that somebody began to make; `partition_count` for those that are missing.
PartitionCounts CompleteCounts(const TopicCounts& topics, std::int32_t partition_count) {
  std::int32_t otherwise = partition_count;
  for (const std::string_view topic :
       {kCommandsTopic, kInboxTopic, kJournalTopic, kResultsTopic, kDeadLettersTopic}) {
    if (const auto found = topics.find(std::string(topic));
        found != topics.end() && otherwise == 0) {
      otherwise = found->second;
    }
  }
  otherwise = otherwise > 0 ? otherwise : kPartitionCountDefault;
  const auto count = [&](std::string_view topic) {
    const auto found = topics.find(std::string(topic));
    return found != topics.end() ? found->second : otherwise;
  };
  return {.commands = count(kCommandsTopic),
          .inbox = count(kInboxTopic),
          .results = count(kResultsTopic),
          .dead_letters = count(kDeadLettersTopic)};
}

// Why there is no record.
Error NotRecorded(const TopicCounts& topics) {
  for (const log::TopicSpec& spec : TopicSpecs(EqualCounts(kPartitionCountDefault))) {
    if (topics.contains(spec.name)) {
      return {
          .code = ErrorCode::kNotFound,
          .context = "the log has topics of paylog, and no record of their partition counts in " +
                     std::string(kSettingsTopic) +
                     ": making them was not finished; `paylog topics create` finishes it"};
    }
  }
  return {.code = ErrorCode::kNotFound,
          .context = "the log has no topics of paylog; `paylog topics create` makes them"};
}

}  // namespace

base::Result<void> CheckPartitionCount(const PartitionCounts& has, std::int32_t asked) {
  if (asked == 0 || has == EqualCounts(asked)) {
    return {};
  }
  return Error{.code = ErrorCode::kInvalidArgument,
               .context = "the log has " + std::to_string(has.inbox) + " partitions, not " +
                          std::to_string(asked) + "; their number is fixed when the log is made"};
}

base::Result<PartitionCounts> CreateTopics(log::Log& log, const base::Clock& clock,
                                           std::int32_t partition_count) {
  PAYLOG_ASSIGN(const TopicCounts topics, ReadTopicCounts(log));
  PAYLOG_ASSIGN(const auto recorded, FindRecord(log, topics));
  const PartitionCounts counts =
      recorded ? recorded->counts : CompleteCounts(topics, partition_count);
  PAYLOG_TRY(CheckPartitionCount(counts, partition_count));
  const auto specs = TopicSpecs(counts);
  // Another process may have made them meanwhile; then they only have to be the same.
  if (auto made = log.CreateTopics(specs); !made && !log.CheckTopics(specs)) {
    return made.error();
  }
  if (!recorded) {
    PAYLOG_TRY(WriteRecord(log, clock, counts));
  }
  PAYLOG_ASSIGN(const PartitionCounts ruling, OpenTopics(log));
  PAYLOG_TRY(CheckPartitionCount(ruling, partition_count));
  return ruling;
}

base::Result<PartitionCounts> OpenTopics(log::Log& log) {
  PAYLOG_ASSIGN(const TopicCounts topics, ReadTopicCounts(log));
  PAYLOG_ASSIGN(const auto recorded, FindRecord(log, topics));
  if (!recorded) {
    return NotRecorded(topics);
  }
  const auto specs = TopicSpecs(recorded->counts);
  for (const log::TopicSpec& spec : specs) {
    if (!topics.contains(spec.name)) {
      const bool is_newer = spec.name == kDeliveriesTopic;
      return Error{.code = ErrorCode::kNotFound,
                   .context = "the log has no topic " + spec.name +
                              (is_newer ? ": it is older than that; `paylog topics create` adds it"
                                        : ", and had it once: its records are lost; restore it")};
    }
  }
  PAYLOG_TRY(log.CheckTopics(specs));
  return recorded->counts;
}

base::Result<base::TimestampMs> ReadTimeMade(log::Log& log) {
  PAYLOG_ASSIGN(const TopicCounts topics, ReadTopicCounts(log));
  PAYLOG_ASSIGN(const auto recorded, FindRecord(log, topics));
  return recorded ? base::Result<base::TimestampMs>(recorded->made) : NotRecorded(topics);
}

}  // namespace paylog::runtime
