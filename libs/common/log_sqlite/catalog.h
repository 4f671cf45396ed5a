#pragma once

#include <map>
#include <shared_mutex>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log_sqlite/log_state.h"

namespace paylog::log_sqlite {

// A partition and what its topic is like.
struct CatalogEntry {
  PartitionRef partition;
  log::TimestampType timestamps = log::TimestampType::kProducer;
  std::int64_t record_bytes_max = 0;
};

// The topics that exist for readers and writers. A topic that is there stays as it is. Thread-safe.
class Catalog {
 public:
  void Add(const Topic& topic);
  // kNotFound for an unknown topic or partition.
  [[nodiscard]] base::Result<CatalogEntry> Find(const log::TopicPartition& name) const;
  [[nodiscard]] base::Result<log::TopicSpec> FindTopic(const std::string& name) const;
  [[nodiscard]] std::vector<log::TopicSpec> List() const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, Topic> topics_;
};

}  // namespace paylog::log_sqlite
