#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/log/record.h"
#include "paylog/model/partition_counts.h"

// The topics of a paylog log, and the groups that read them. Pure functions.
namespace paylog::runtime {

inline constexpr std::string_view kCommandsTopic = "payments.commands";
inline constexpr std::string_view kInboxTopic = "ledger.inbox";
inline constexpr std::string_view kJournalTopic = "ledger.journal";
inline constexpr std::string_view kResultsTopic = "payments.results";
inline constexpr std::string_view kBalancesTopic = "ledger.balances";
inline constexpr std::string_view kDeadLettersTopic = "payments.dead-letters";
inline constexpr std::string_view kDeliveriesTopic = "notifier.deliveries";
inline constexpr std::string_view kSettingsTopic = "paylog.settings";  // See settings.h.

inline constexpr std::string_view kValidatorGroup = "paylog-validator";
inline constexpr std::string_view kLedgerGroup = "paylog-ledger";
inline constexpr std::string_view kNotifierGroup = "paylog-notifier";

using model::PartitionCounts;

// The same number for all topics.
PartitionCounts EqualCounts(std::int32_t partition_count);

// The specifications of all topics of a log with these counts, paylog.settings included.
std::vector<log::TopicSpec> TopicSpecs(const PartitionCounts& counts);

inline log::TopicPartition Partition(std::string_view topic, base::PartitionId partition) {
  return {.topic = std::string(topic), .partition = partition};
}

}  // namespace paylog::runtime
