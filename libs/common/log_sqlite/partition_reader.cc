#include "paylog/log_sqlite/partition_reader.h"

#include <algorithm>
#include <utility>

namespace paylog::log_sqlite {
namespace {

constexpr std::chrono::hours kWaitMax{24};  // So that no deadline overflows.
constexpr std::size_t kPolledReservedMax = 10'000;

}  // namespace

base::Result<void> PartitionReader::Seek(base::Offset offset) {
  PAYLOG_TRY(engine_.failure.Check());
  const base::Offset end = engine_.tail.End(partition_.index, view_);
  if (offset.value() < 0 || offset > end) {
    return base::Error{.code = base::ErrorCode::kOffsetOutOfRange,
                       .context = Describe(partition_.name, offset) +
                                  ": the partition goes from 0 to " + std::to_string(end.value())};
  }
  position_ = offset;
  return {};
}

base::Result<log::PolledRecords> PartitionReader::Poll(const log::PollLimits& limits) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(limits.wait, kWaitMax);
  log::PolledRecords polled{.records = {}, .next = position_};
  std::size_t bytes = 0;
  while (true) {
    PAYLOG_TRY(engine_.failure.Check());
    base::Offset end = engine_.tail.End(partition_.index, view_);
    if (position_ >= end && polled.records.empty()) {
      end = engine_.tail.WaitBeyond(partition_.index, view_, position_, deadline, woken_);
      PAYLOG_TRY(engine_.failure.Check());
    }
    if (position_ >= end) {
      break;
    }
    if (polled.records.empty()) {
      const auto ahead = static_cast<std::size_t>(end.value() - position_.value());
      polled.records.reserve(std::min({ahead, limits.records_max, kPolledReservedMax}));
    }
    if (base::Result<void> loaded = LoadBatchAtPosition(); !loaded) {
      if (polled.records.empty()) {
        return loaded.error();
      }
      break;  // What was read so far is good; the next Poll meets the damage again.
    }
    if (!TakeFromBatch(limits, bytes, polled)) {
      break;
    }
  }
  polled.next = position_;
  return polled;
}

base::Result<void> PartitionReader::LoadBatchAtPosition() {
  const bool has_it = batch_ != nullptr && batch_->base <= position_ && position_ < batch_->end;
  if (has_it && (own_batch_ == nullptr || position_ >= given_until_)) {
    return {};
  }
  own_batch_.reset();
  batch_ = engine_.tail.Find(partition_.index, position_);
  if (batch_ == nullptr) {
    PAYLOG_ASSIGN(StoredBatch stored, engine_.storage.ReadBatch(partition_, position_));
    own_batch_ = std::make_shared<DecodedBatch>(std::move(stored.batch));
    batch_ = own_batch_;
    given_until_ = batch_->base;
  }
  return {};
}

bool PartitionReader::TakeFromBatch(const log::PollLimits& limits, std::size_t& bytes,
                                    log::PolledRecords& polled) {
  const auto& records = batch_->records;
  const auto first = std::lower_bound(
      records.begin(), records.end(), position_,
      [](const log::StoredRecord& record, base::Offset wanted) { return record.offset < wanted; });
  for (auto i = static_cast<std::size_t>(first - records.begin()); i < records.size(); ++i) {
    const std::size_t size = log::RecordBytes(records[i]);
    const bool over = !polled.records.empty() && (polled.records.size() >= limits.records_max ||
                                                  bytes + size > limits.bytes_max);
    if (over) {
      return false;
    }
    bytes += size;
    position_ = records[i].offset.Next();
    if (own_batch_ != nullptr) {
      polled.records.push_back(std::move(own_batch_->records[i]));
      given_until_ = position_;
    } else {
      polled.records.push_back(records[i]);
    }
  }
  position_ = batch_->end;
  return true;
}

base::Result<base::Offset> PartitionReader::EndOffset() {
  PAYLOG_TRY(engine_.failure.Check());
  return engine_.tail.End(partition_.index, view_);
}

base::Result<base::Offset> PartitionReader::BeginningOffset() {
  PAYLOG_TRY(engine_.failure.Check());
  return base::Offset(0);
}

void PartitionReader::Wakeup() {
  engine_.tail.Wake(partition_.index, woken_);
}

}  // namespace paylog::log_sqlite
