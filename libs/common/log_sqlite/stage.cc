#include "paylog/log_sqlite/stage.h"

#include <memory>
#include <string>
#include <utility>

namespace paylog::log_sqlite {
namespace {

// A record's own bookkeeping in memory, for the bounds.
constexpr std::size_t kRecordOverhead = sizeof(log::StoredRecord);

StagedBatch EncodeOne(std::int32_t partition_index, log::TimestampType timestamps,
                      std::vector<log::StoredRecord> records, std::size_t bytes) {
  auto decoded = std::make_shared<DecodedBatch>();
  decoded->records = std::move(records);
  decoded->bytes = bytes;
  const BatchTimestamps kind = timestamps == log::TimestampType::kProducer
                                   ? BatchTimestamps::kEachItsOwn
                                   : BatchTimestamps::kTheBatchs;
  std::string blob = EncodeBatch(decoded->records, kind);
  return {.partition_index = partition_index,
          .timestamps = timestamps,
          .blob = std::move(blob),
          .decoded = std::move(decoded)};
}

}  // namespace

base::Result<void> Stage::Add(const log::TopicPartition& to, log::Record record) {
  PAYLOG_ASSIGN(const CatalogEntry entry, catalog_.Find(to));
  const std::size_t bytes = log::RecordBytes(record);
  // A header may be empty and still takes room in a batch.
  const std::size_t bytes_with_headers = bytes + 2 * record.headers.size();
  if (bytes_with_headers > static_cast<std::size_t>(entry.record_bytes_max)) {
    return base::Error{.code = base::ErrorCode::kMessageTooLarge,
                       .context = "a record of " + std::to_string(bytes_with_headers) +
                                  " bytes for " + to.ToString() + ", where " +
                                  std::to_string(entry.record_bytes_max) + " are allowed"};
  }
  Partition& partition = partitions_[entry.partition.index];
  partition.timestamps = entry.timestamps;
  if (partition.cuts.empty() || partition.cuts.back().bytes >= kBatchBytesTarget) {
    partition.cuts.emplace_back();
  }
  Cut& cut = partition.cuts.back();
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

std::vector<StagedBatch> Stage::Encode() {
  std::vector<StagedBatch> batches;
  for (auto& [index, partition] : partitions_) {
    for (Cut& cut : partition.cuts) {
      batches.push_back(EncodeOne(index, partition.timestamps, std::move(cut.records), cut.bytes));
    }
  }
  Clear();
  return batches;
}

void Stage::Clear() {
  partitions_.clear();
  bytes_ = 0;
  records_ = 0;
}

}  // namespace paylog::log_sqlite
