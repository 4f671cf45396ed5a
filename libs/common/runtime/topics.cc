#include "paylog/runtime/topics.h"

#include <map>
#include <string>

namespace paylog::runtime {
namespace {

using base::Error;
using base::ErrorCode;

// A dead letter holds a record of payments.commands whole, with headers that say why, so its limit
// is higher by what those can take.
constexpr std::int64_t kRecordBytesMax = 1'000'000;
constexpr std::int64_t kDeadLetterBytesMax = kRecordBytesMax + (std::int64_t{16} << 10);

}  // namespace

std::vector<log::TopicSpec> TopicSpecs(std::int32_t partition_count) {
  const auto spec = [&](std::string_view name) {
    return log::TopicSpec{.name = std::string(name),
                          .partition_count = partition_count,
                          .record_bytes_max = kRecordBytesMax};
  };
  log::TopicSpec inbox = spec(kInboxTopic);
  inbox.timestamps = log::TimestampType::kLogAppend;
  log::TopicSpec balances = spec(kBalancesTopic);
  balances.retention = log::Retention::kCompact;
  log::TopicSpec dead_letters = spec(kDeadLettersTopic);
  dead_letters.record_bytes_max = kDeadLetterBytesMax;
  return {spec(kCommandsTopic), inbox,    spec(kJournalTopic),
          spec(kResultsTopic),  balances, dead_letters};
}

base::Result<PartitionCounts> ReadPartitionCounts(log::Log& log) {
  PAYLOG_ASSIGN(const auto specs, log.ListTopics());
  std::map<std::string_view, std::int32_t> counts;
  for (const log::TopicSpec& spec : specs) {
    counts[spec.name] = spec.partition_count;
  }
  for (const std::string_view topic : {kCommandsTopic, kInboxTopic, kJournalTopic, kResultsTopic,
                                       kBalancesTopic, kDeadLettersTopic}) {
    if (!counts.contains(topic)) {
      return Error{.code = ErrorCode::kNotFound,
                   .context = "the log has no topic " + std::string(topic)};
    }
  }
  if (counts[kInboxTopic] != counts[kJournalTopic]) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "ledger.inbox has " + std::to_string(counts[kInboxTopic]) +
                            " partitions and ledger.journal " +
                            std::to_string(counts[kJournalTopic]) + "; they must have as many"};
  }
  return PartitionCounts{.commands = counts[kCommandsTopic],
                         .inbox = counts[kInboxTopic],
                         .results = counts[kResultsTopic],
                         .dead_letters = counts[kDeadLettersTopic]};
}

}  // namespace paylog::runtime
