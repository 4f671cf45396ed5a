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
    for (Partition::Sight& sight : partitions_.back()->sights) {
      sight.end = state.end;
    }
  }
}

void TailCache::Add(const std::vector<TailBatch>& batches) {
  std::vector<std::shared_ptr<const DecodedBatch>> evicted;
  {
    const std::lock_guard guard(mutex_);
    for (const TailBatch& tail : batches) {
      Partition& partition = At(tail.partition_index);
      Partition::Sight& sight = partition.Of(View::kWritten);
      CHECK(tail.batch->base == sight.end);
      sight.end = tail.batch->end;
      partition.batches.push_back(tail.batch);
      arrivals_.push_back(tail.partition_index);
      bytes_ += tail.batch->bytes;
    }
    evicted = Evict();
    for (const TailBatch& tail : batches) {
      At(tail.partition_index).Of(View::kWritten).grown.notify_all();
    }
  }
}

void TailCache::Confirm(const std::vector<TailBatch>& batches, const Offsets& offsets) {
  const std::lock_guard guard(mutex_);
  for (const TailBatch& tail : batches) {
    Partition::Sight& sight = At(tail.partition_index).Of(View::kDurable);
    CHECK(tail.batch->base == sight.end);
    sight.end = tail.batch->end;
    sight.grown.notify_all();
  }
  for (const auto& [key, next] : offsets) {
    offsets_[key] = next;
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

base::Offset TailCache::End(std::int32_t partition_index, View view) const {
  const std::lock_guard guard(mutex_);
  return At(partition_index).Of(view).end;
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
    cut.ends.push_back(partition->Of(View::kDurable).end);
  }
  return cut;
}

base::Offset TailCache::WaitBeyond(std::int32_t partition_index, View view, base::Offset position,
                                   std::chrono::steady_clock::time_point deadline, bool& woken) {
  std::unique_lock lock(mutex_);
  Partition::Sight& sight = At(partition_index).Of(view);
  sight.grown.wait_until(lock, deadline,
                         [&] { return sight.end > position || woken || failure_.is_set(); });
  if (sight.end <= position) {
    woken = false;
  }
  return sight.end;
}

void TailCache::Wake(std::int32_t partition_index, bool& woken) {
  const std::lock_guard guard(mutex_);
  woken = true;
  At(partition_index).WakeAll();
}

void TailCache::WakeAll() {
  const std::lock_guard guard(mutex_);
  for (const std::unique_ptr<Partition>& partition : partitions_) {
    partition->WakeAll();
  }
}

}  // namespace paylog::log_sqlite
