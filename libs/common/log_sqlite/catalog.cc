#include "paylog/log_sqlite/catalog.h"

#include <mutex>

namespace paylog::log_sqlite {

void Catalog::Add(const Topic& topic) {
  const std::unique_lock guard(mutex_);
  topics_[topic.spec.name] = topic;
}

base::Result<CatalogEntry> Catalog::Find(const log::TopicPartition& name) const {
  const std::shared_lock guard(mutex_);
  const auto found = topics_.find(name.topic);
  if (found == topics_.end() || name.partition.value() < 0 ||
      name.partition.value() >= found->second.spec.partition_count) {
    return base::Error{.code = base::ErrorCode::kNotFound,
                       .context = "partition " + name.ToString() + " does not exist"};
  }
  const Topic& topic = found->second;
  return CatalogEntry{
      .partition = {.name = name, .index = topic.first_partition + name.partition.value()},
      .timestamps = topic.spec.timestamps,
      .record_bytes_max = topic.spec.record_bytes_max};
}

base::Result<log::TopicSpec> Catalog::FindTopic(const std::string& name) const {
  const std::shared_lock guard(mutex_);
  const auto found = topics_.find(name);
  if (found == topics_.end()) {
    return base::Error{.code = base::ErrorCode::kNotFound,
                       .context = "topic " + name + " does not exist"};
  }
  return found->second.spec;
}

std::vector<log::TopicSpec> Catalog::List() const {
  const std::shared_lock guard(mutex_);
  std::vector<log::TopicSpec> specs;
  specs.reserve(topics_.size());
  for (const auto& [name, topic] : topics_) {
    specs.push_back(topic.spec);
  }
  return specs;
}

}  // namespace paylog::log_sqlite
