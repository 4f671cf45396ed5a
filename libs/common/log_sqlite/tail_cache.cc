#include "paylog/log_sqlite/tail_cache.h"

#include <algorithm>

#include "paylog/base/check.h"

namespace paylog::log_sqlite {

TailCache::Partition& TailCache::At(std::int32_t index) const {
  CHECK(index >= 0 && static_cast<std::size_t>(index) < partitions_.size());
  return *partitions_[static_cast<std::size_t>(index)];
}

void TailCache::AddPartitions(std::span<const PartitionState> partitions) {
  const std::lock_guard guard(mutex_);
  for (const PartitionState& state : partitions) {
    partitions_.push_back(std::make_unique<Partition>());
    partitions_.back()->end = state.end;
  }
}

void TailCache::Publish(const std::vector<TailBatch>& batches, const Offsets& offsets) {
  std::vector<std::shared_ptr<const DecodedBatch>> evicted;
  {
    const std::lock_guard guard(mutex_);
    for (const TailBatch& tail : batches) {
      Partition& partition = At(tail.partition_index);
      CHECK(tail.batch->base == partition.end);
      partition.end = tail.batch->end;
      partition.batches.push_back(tail.batch);
      arrivals_.push_back(tail.partition_index);
      bytes_ += tail.batch->bytes;
    }
    for (const auto& [key, next] : offsets) {
      offsets_[key] = next;
    }
    evicted = Evict();
    for (const TailBatch& tail : batches) {
      At(tail.partition_index).grown.notify_all();
    }
  }
}

std::vector<std::shared_ptr<const DecodedBatch>> TailCache::Evict() {
  std::vector<std::shared_ptr<const DecodedBatch>> evicted;
  while (bytes_ > bytes_max_) {
    Partition& partition = At(arrivals_.front());
    arrivals_.pop_front();
    bytes_ -= partition.batches.front()->bytes;
    evicted.push_back(std::move(partition.batches.front()));
    partition.batches.pop_front();
  }
  return evicted;
}

base::Offset TailCache::End(std::int32_t partition_index) const {
  const std::lock_guard guard(mutex_);
  return At(partition_index).end;
}

std::shared_ptr<const DecodedBatch> TailCache::Find(std::int32_t partition_index,
                                                    base::Offset offset) const {
  const std::lock_guard guard(mutex_);
  const auto& batches = At(partition_index).batches;
  if (batches.empty() || offset < batches.front()->base || offset >= batches.back()->end) {
    return nullptr;
  }
  const auto behind =
      std::upper_bound(batches.begin(), batches.end(), offset,
                       [](base::Offset wanted, const auto& batch) { return wanted < batch->base; });
  return *std::prev(behind);
}

std::optional<base::Offset> TailCache::GroupOffset(const GroupOffsetKey& key) const {
  const std::lock_guard guard(mutex_);
  const auto found = offsets_.find(key);
  return found == offsets_.end() ? std::nullopt : std::optional(found->second);
}

TailCache::Cut TailCache::TakeCut() const {
  const std::lock_guard guard(mutex_);
  Cut cut{.ends = {}, .offsets = offsets_};
  cut.ends.reserve(partitions_.size());
  for (const std::unique_ptr<Partition>& partition : partitions_) {
    cut.ends.push_back(partition->end);
  }
  return cut;
}

base::Offset TailCache::WaitBeyond(std::int32_t partition_index, base::Offset position,
                                   std::chrono::steady_clock::time_point deadline, bool& woken) {
  std::unique_lock lock(mutex_);
  Partition& partition = At(partition_index);
  partition.grown.wait_until(
      lock, deadline, [&] { return partition.end > position || woken || failure_.is_set(); });
  if (partition.end <= position) {
    woken = false;
  }
  return partition.end;
}

void TailCache::Wake(std::int32_t partition_index, bool& woken) {
  const std::lock_guard guard(mutex_);
  woken = true;
  At(partition_index).grown.notify_all();
}

void TailCache::WakeAll() {
  const std::lock_guard guard(mutex_);
  for (const std::unique_ptr<Partition>& partition : partitions_) {
    partition->grown.notify_all();
  }
}

}  // namespace paylog::log_sqlite
