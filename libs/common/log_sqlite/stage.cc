#include "paylog/log_sqlite/stage.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace paylog::log_sqlite {
namespace {

// A record's own bookkeeping in memory, for the bounds.
constexpr std::size_t kRecordOverhead = sizeof(log::StoredRecord);
// More are forgotten: a process with a thousand partitions would keep a million.
constexpr std::size_t kPartitionsKnownMax = 128;

StagedBatch EncodeOne(const CatalogEntry& to, std::vector<log::StoredRecord> records,
                      std::size_t bytes) {
  auto decoded = std::make_shared<DecodedBatch>();
  decoded->records = std::move(records);
  decoded->bytes = bytes;
  const BatchTimestamps kind = to.timestamps == log::TimestampType::kProducer
                                   ? BatchTimestamps::kEachItsOwn
                                   : BatchTimestamps::kTheBatchs;
  std::string blob = EncodeBatch(decoded->records, kind);
  return {.partition_index = to.partition.index,
          .timestamps = to.timestamps,
          .blob = std::move(blob),
          .decoded = std::move(decoded)};
}

}  // namespace

base::Result<void> Stage::Add(const log::TopicPartition& to, log::Record record) {
  PAYLOG_ASSIGN(Partition* const partition, Find(to));
  const CatalogEntry& entry = partition->entry;
  const std::size_t bytes = log::RecordBytes(record);
  // A header may be empty and still takes room in a batch.
  const std::size_t bytes_with_headers = bytes + 2 * record.headers.size();
  if (bytes_with_headers > static_cast<std::size_t>(entry.record_bytes_max)) {
    return base::Error{.code = base::ErrorCode::kMessageTooLarge,
                       .context = "a record of " + std::to_string(bytes_with_headers) +
                                  " bytes for " + to.ToString() + ", where " +
                                  std::to_string(entry.record_bytes_max) + " are allowed"};
  }
  std::vector<Cut>& cuts = partition->cuts;
  if (cuts.empty() || cuts.back().bytes >= kBatchBytesTarget) {
    cuts.emplace_back().records.reserve(partition->records_before);
  }
  Cut& cut = cuts.back();
  cut.bytes += bytes + kRecordOverhead;
  cut.records.push_back({.offset = base::Offset(static_cast<std::int64_t>(cut.records.size())),
                         .key = std::move(record.key),
                         .value = std::move(record.value),
                         .headers = std::move(record.headers),
                         .timestamp = record.timestamp});
  bytes_ += bytes + kRecordOverhead;
  ++records_;
  return {};
}

base::Result<Stage::Partition*> Stage::Find(const log::TopicPartition& name) {
  const auto known = partitions_.find(name);
  if (known != partitions_.end()) {
    return &known->second;
  }
  PAYLOG_ASSIGN(CatalogEntry entry, catalog_.Find(name));
  return &partitions_.emplace(name, Partition{.entry = std::move(entry), .cuts = {}}).first->second;
}

std::vector<StagedBatch> Stage::Encode() {
  std::vector<StagedBatch> batches;
  for (auto& [name, partition] : partitions_) {
    for (Cut& cut : partition.cuts) {
      partition.records_before = cut.records.size();
      batches.push_back(EncodeOne(partition.entry, std::move(cut.records), cut.bytes));
    }
  }
  // The order of a hash table is nobody's.
  std::stable_sort(batches.begin(), batches.end(), [](const StagedBatch& a, const StagedBatch& b) {
    return a.partition_index < b.partition_index;
  });
  Clear();
  return batches;
}

void Stage::Clear() {
  if (partitions_.size() > kPartitionsKnownMax) {
    partitions_.clear();
  }
  for (auto& [name, partition] : partitions_) {
    partition.cuts.clear();
  }
  bytes_ = 0;
  records_ = 0;
}

}  // namespace paylog::log_sqlite
