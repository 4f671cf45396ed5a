#pragma once

#include <span>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/record.h"

// What every adapter says of a topic that is not as it must be.
namespace paylog::log {

// "partition_count is 5, not 4, retention is compact, not keep"; empty where nothing differs.
inline std::string DescribeDifference(const TopicSpec& has, const TopicSpec& wanted) {
  std::string text;
  const auto add = [&](const char* name, const std::string& is, const std::string& must_be) {
    if (is != must_be) {
      text += text.empty() ? "" : ", ";
      text += std::string(name) + " is " + is + ", not " + must_be;
    }
  };
  const auto timestamps = [](TimestampType type) -> std::string {
    return type == TimestampType::kLogAppend ? "log append" : "producer";
  };
  const auto retention = [](Retention kept) -> std::string {
    return kept == Retention::kCompact ? "compact" : "keep";
  };
  add("partition_count", std::to_string(has.partition_count),
      std::to_string(wanted.partition_count));
  add("timestamps", timestamps(has.timestamps), timestamps(wanted.timestamps));
  add("retention", retention(has.retention), retention(wanted.retention));
  add("record_bytes_max", std::to_string(has.record_bytes_max),
      std::to_string(wanted.record_bytes_max));
  return text;
}

// kAlreadyExists with what differs.
inline base::Result<void> CompareTopic(const TopicSpec& has, const TopicSpec& wanted) {
  const std::string difference = DescribeDifference(has, wanted);
  if (difference.empty()) {
    return {};
  }
  return base::Error{.code = base::ErrorCode::kAlreadyExists,
                     .context = "topic " + has.name + " exists: its " + difference};
}

// Log::CheckTopics over the topics of a log, for adapters that have nothing to add.
inline base::Result<void> CompareTopics(const std::vector<TopicSpec>& topics,
                                        std::span<const TopicSpec> specs) {
  for (const TopicSpec& wanted : specs) {
    const TopicSpec* found = nullptr;
    for (const TopicSpec& topic : topics) {
      found = topic.name == wanted.name ? &topic : found;
    }
    if (found == nullptr) {
      return base::Error{.code = base::ErrorCode::kNotFound,
                         .context = "the log has no topic " + wanted.name};
    }
    PAYLOG_TRY(CompareTopic(*found, wanted));
  }
  return {};
}

}  // namespace paylog::log
