#include "paylog/log_sqlite/topic_rules.h"

#include <algorithm>
#include <map>
#include <string>

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

void AddDifference(std::string& text, const char* name, std::int64_t has, std::int64_t wanted) {
  if (has != wanted) {
    text += text.empty() ? "" : ", ";
    text += std::string(name) + " is " + std::to_string(has) + ", not " + std::to_string(wanted);
  }
}

base::Result<void> CheckSame(const log::TopicSpec& has, const log::TopicSpec& wanted) {
  std::string text;
  AddDifference(text, "partition_count", has.partition_count, wanted.partition_count);
  AddDifference(text, "timestamps (0 producer, 1 log append)",
                static_cast<std::int64_t>(has.timestamps),
                static_cast<std::int64_t>(wanted.timestamps));
  AddDifference(text, "retention (0 keep, 1 compact)", static_cast<std::int64_t>(has.retention),
                static_cast<std::int64_t>(wanted.retention));
  AddDifference(text, "record_bytes_max", has.record_bytes_max, wanted.record_bytes_max);
  if (text.empty()) {
    return {};
  }
  return base::Error{.code = base::ErrorCode::kAlreadyExists,
                     .context = "topic " + has.name + " exists: its " + text};
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
      PAYLOG_TRY(CheckSame(
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
