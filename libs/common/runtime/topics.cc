#include "paylog/runtime/topics.h"

namespace paylog::runtime {
namespace {

// A dead letter holds a record of payments.commands whole, with headers that say why, so its limit
// is higher by what those can take.
constexpr std::int64_t kRecordBytesMax = 1'000'000;
constexpr std::int64_t kDeadLetterBytesMax = kRecordBytesMax + (std::int64_t{16} << 10);

}  // namespace

PartitionCounts EqualCounts(std::int32_t partition_count) {
  return {.commands = partition_count,
          .inbox = partition_count,
          .results = partition_count,
          .dead_letters = partition_count};
}

std::vector<log::TopicSpec> TopicSpecs(const PartitionCounts& counts) {
  const auto spec = [](std::string_view name, std::int32_t partition_count) {
    return log::TopicSpec{.name = std::string(name),
                          .partition_count = partition_count,
                          .record_bytes_max = kRecordBytesMax};
  };
  log::TopicSpec inbox = spec(kInboxTopic, counts.inbox);
  inbox.timestamps = log::TimestampType::kLogAppend;
  log::TopicSpec balances = spec(kBalancesTopic, counts.inbox);
  balances.retention = log::Retention::kCompact;
  log::TopicSpec dead_letters = spec(kDeadLettersTopic, counts.dead_letters);
  dead_letters.record_bytes_max = kDeadLetterBytesMax;
  return {spec(kSettingsTopic, 1),
          spec(kCommandsTopic, counts.commands),
          inbox,
          spec(kJournalTopic, counts.inbox),
          spec(kResultsTopic, counts.results),
          balances,
          dead_letters,
          spec(kDeliveriesTopic, counts.results)};
}

}  // namespace paylog::runtime
