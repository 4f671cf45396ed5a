#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/log.h"

// The topics of a paylog log, and the groups that read them.
namespace paylog::runtime {

inline constexpr std::string_view kCommandsTopic = "payments.commands";
inline constexpr std::string_view kInboxTopic = "ledger.inbox";
inline constexpr std::string_view kJournalTopic = "ledger.journal";
inline constexpr std::string_view kResultsTopic = "payments.results";
inline constexpr std::string_view kBalancesTopic = "ledger.balances";
inline constexpr std::string_view kDeadLettersTopic = "payments.dead-letters";

inline constexpr std::string_view kValidatorGroup = "paylog-validator";
inline constexpr std::string_view kLedgerGroup = "paylog-ledger";

// Fixed when the log is made: keys map to partitions by them.
struct PartitionCounts {
  std::int32_t commands = 0;
  std::int32_t inbox = 0;  // Also the journal's and the balances'.
  std::int32_t results = 0;
  std::int32_t dead_letters = 0;
};

// The specifications of all topics for a new log.
std::vector<log::TopicSpec> TopicSpecs(std::int32_t partition_count);

// Reads the counts from the log and checks that all topics are there and fit together. kNotFound
// names a topic that is missing, kInvalidArgument what does not fit.
base::Result<PartitionCounts> ReadPartitionCounts(log::Log& log);

inline log::TopicPartition Partition(std::string_view topic, base::PartitionId partition) {
  return {.topic = std::string(topic), .partition = partition};
}

}  // namespace paylog::runtime
