#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/record.h"
#include "paylog/log_sqlite/catalog.h"
#include "paylog/log_sqlite/committer.h"

namespace paylog::log_sqlite {

// Records that wait for their commit, by partition; of partitions that it has met it does not ask
// the catalog again. Not thread-safe; `catalog` must outlive it.
class Stage {
 public:
  explicit Stage(const Catalog& catalog) : catalog_(catalog) {}

  // kNotFound; kMessageTooLarge.
  base::Result<void> Add(const log::TopicPartition& to, log::Record record);
  // Encodes all records into batches and leaves the stage empty.
  std::vector<StagedBatch> Encode();
  void Clear();

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t records() const { return records_; }

 private:
  // What becomes a batch.
  struct Cut {
    std::vector<log::StoredRecord> records;
    std::size_t bytes = 0;
  };
  struct Partition {
    CatalogEntry entry;
    std::vector<Cut> cuts;           // The last one is being filled.
    std::size_t records_before = 0;  // Of the last cut of before: as much room is made.
  };

  base::Result<Partition*> Find(const log::TopicPartition& name);

  const Catalog& catalog_;
  std::unordered_map<log::TopicPartition, Partition> partitions_;
  std::size_t bytes_ = 0;
  std::size_t records_ = 0;
};

}  // namespace paylog::log_sqlite
