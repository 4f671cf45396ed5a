#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/record.h"
#include "paylog/log_sqlite/catalog.h"
#include "paylog/log_sqlite/committer.h"

namespace paylog::log_sqlite {

// Records that wait for their commit, by partition. Not thread-safe; `catalog` must outlive it.
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
    log::TimestampType timestamps = log::TimestampType::kProducer;
    std::vector<Cut> cuts;  // The last one is being filled.
  };

  const Catalog& catalog_;
  std::map<std::int32_t, Partition> partitions_;
  std::size_t bytes_ = 0;
  std::size_t records_ = 0;
};

}  // namespace paylog::log_sqlite
