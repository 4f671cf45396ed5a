#include "paylog/log_sqlite/compaction.h"

#include <string>
#include <unordered_map>
#include <utility>

namespace paylog::log_sqlite {
namespace {

using LastOffsets = std::unordered_map<std::string, base::Offset>;

base::Result<LastOffsets> FindLastOffsets(Storage& storage, const PartitionRef& partition,
                                          base::Offset end) {
  LastOffsets last;
  for (base::Offset next(0); next < end;) {
    PAYLOG_ASSIGN(StoredBatch stored, storage.ReadBatch(partition, next));
    for (log::StoredRecord& record : stored.batch.records) {
      if (record.key) {
        last[*std::move(record.key)] = record.offset;
      }
    }
    next = stored.batch.end;
  }
  return last;
}

// Neighbouring batches that become one.
class Run {
 public:
  Run(std::int32_t partition_index, const PartitionState& state, CommitPlan& plan)
      : partition_index_(partition_index), state_(state), plan_(plan) {}

  void Add(StoredBatch stored, const LastOffsets& last) {
    const std::size_t records_before = stored.batch.records.size();
    std::erase_if(stored.batch.records, [&](const log::StoredRecord& record) {
      return record.key && last.at(*record.key) != record.offset;
    });
    std::size_t bytes = 0;
    for (const log::StoredRecord& record : stored.batch.records) {
      bytes += log::RecordBytes(record);
    }
    if (!rows_.empty() && bytes_ + bytes > kBatchBytesTarget) {
      Finish();
    }
    if (rows_.empty()) {
      base_ = stored.batch.base;
    }
    changed_ = changed_ || stored.batch.records.size() != records_before;
    rows_.push_back(stored.row_id);
    end_ = stored.batch.end;
    bytes_ += bytes;
    for (log::StoredRecord& record : stored.batch.records) {
      records_.push_back(std::move(record));
    }
  }

  void Finish() {
    if (changed_ || rows_.size() > 1) {
      for (log::StoredRecord& record : records_) {
        record.offset = base::Offset(record.offset.value() - base_.value());
      }
      plan_.dropped_rows.insert(plan_.dropped_rows.end(), rows_.begin(), rows_.end());
      // Records of several appends: each keeps the timestamp it had.
      plan_.batches.push_back({.place = {.partition_index = partition_index_,
                                         .base = base_,
                                         .end = end_,
                                         .appended = state_.appended},
                               .blob = EncodeBatch(records_, BatchTimestamps::kEachItsOwn)});
    }
    rows_.clear();
    records_.clear();
    bytes_ = 0;
    changed_ = false;
  }

 private:
  const std::int32_t partition_index_;
  const PartitionState& state_;
  CommitPlan& plan_;
  std::vector<std::int64_t> rows_;
  std::vector<log::StoredRecord> records_;
  base::Offset base_;
  base::Offset end_;
  std::size_t bytes_ = 0;
  bool changed_ = false;
};

}  // namespace

base::Result<CommitPlan> PlanCompaction(Storage& storage, const PartitionRef& partition,
                                        const PartitionState& state) {
  PAYLOG_ASSIGN(const LastOffsets last, FindLastOffsets(storage, partition, state.end));
  CommitPlan plan;
  Run run(partition.index, state, plan);
  for (base::Offset next(0); next < state.end;) {
    PAYLOG_ASSIGN(StoredBatch stored, storage.ReadBatch(partition, next));
    next = stored.batch.end;
    run.Add(std::move(stored), last);
  }
  run.Finish();
  return plan;
}

}  // namespace paylog::log_sqlite
