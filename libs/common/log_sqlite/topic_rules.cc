#include "paylog/log_sqlite/topic_rules.h"

#include <algorithm>
#include <map>
#include <string>

#include "paylog/log/topic_difference.h"
#include "paylog/log_sqlite/batch_codec.h"

namespace paylog::log_sqlite {
namespace {

// Kafka's rules for names, so that a log can be moved there.
constexpr std::size_t kTopicNameLengthMax = 249;
constexpr std::int32_t kPartitionCountMax = 4096;
// Half of a batch, which leaves room for the batch's own bookkeeping.
constexpr std::int64_t kRecordBytesMax = kBatchBytesMax / 2;

bool IsTopicCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

base::Result<void> CheckSpec(const log::TopicSpec& spec) {
  std::string what;
  if (spec.name.empty() || spec.name.size() > kTopicNameLengthMax || spec.name == "." ||
      spec.name == ".." || !std::all_of(spec.name.begin(), spec.name.end(), IsTopicCharacter)) {
    what = "a name is 1 to 249 letters, digits, '.', '_' and '-'";
  } else if (spec.partition_count < 1 || spec.partition_count > kPartitionCountMax) {
    what = "partition_count must be 1 to " + std::to_string(kPartitionCountMax);
  } else if (spec.record_bytes_max < 1 || spec.record_bytes_max > kRecordBytesMax) {
    what = "record_bytes_max must be 1 to " + std::to_string(kRecordBytesMax);
  } else {
    return {};
  }
  return base::Error{.code = base::ErrorCode::kInvalidArgument,
                     .context = "topic '" + spec.name + "': " + what};
}

}  // namespace

base::Result<std::vector<Topic>> TopicsToMake(std::span<const log::TopicSpec> specs,
                                              const LogState& state) {
  std::map<std::string, Topic> made;
  std::vector<Topic> in_order;
  auto next_partition = static_cast<std::int32_t>(state.partitions.size());
  for (const log::TopicSpec& spec : specs) {
    PAYLOG_TRY(CheckSpec(spec));
    const auto existing = state.topics.find(spec.name);
    const auto earlier = made.find(spec.name);
    if (existing != state.topics.end() || earlier != made.end()) {
      PAYLOG_TRY(log::CompareTopic(
          existing != state.topics.end() ? existing->second.spec : earlier->second.spec, spec));
      continue;
    }
    if (spec.partition_count > kPartitionIndexMax - next_partition) {
      return base::Error{.code = base::ErrorCode::kInvalidArgument,
                         .context = "the log has no room for topic " + spec.name};
    }
    in_order.push_back({.spec = spec, .first_partition = next_partition});
    made.emplace(spec.name, in_order.back());
    next_partition += spec.partition_count;
  }
  return in_order;
}

}  // namespace paylog::log_sqlite
