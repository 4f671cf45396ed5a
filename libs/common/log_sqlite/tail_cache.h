#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "paylog/log_sqlite/batch_codec.h"
#include "paylog/log_sqlite/failure.h"
#include "paylog/log_sqlite/log_state.h"

namespace paylog::log_sqlite {

// What a reader sees: what the disk has, or all that was written.
enum class View { kDurable, kWritten };

// A batch that was written.
struct TailBatch {
  std::int32_t partition_index = 0;
  std::shared_ptr<const DecodedBatch> batch;
};

// What the world can see of the log: where partitions end, the newest batches of each, and the
// groups' offsets. One Add or Confirm shows a group of commits as one step, so a reader that sees
// one record of a transaction finds the others too. Thread-safe. A batch is shared with the readers
// that are in it, so that dropping it from here disturbs nobody.
class TailCache {
 public:
  using Offsets = std::map<GroupOffsetKey, base::Offset>;

  // `failure` must outlive it.
  TailCache(std::size_t bytes_max, const Failure& failure)
      : bytes_max_(bytes_max), failure_(failure) {}

  // Appends partitions, which end at these offsets.
  void AddPartitions(std::span<const PartitionState> partitions);
  // They were written: View::kWritten shows them.
  void Add(const std::vector<TailBatch>& batches);
  // They are durable, and so are the offsets, which come into sight: everybody sees them.
  void Confirm(const std::vector<TailBatch>& batches, const Offsets& offsets);

  [[nodiscard]] base::Offset End(std::int32_t partition_index, View view) const;
  // nullptr where the batch that covers the offset is not here any more.
  [[nodiscard]] std::shared_ptr<const DecodedBatch> Find(std::int32_t partition_index,
                                                         base::Offset offset) const;
  [[nodiscard]] std::optional<base::Offset> GroupOffset(const GroupOffsetKey& key) const;

  // Where all partitions end, by index, and all groups' offsets, between two steps of Confirm.
  struct Cut {
    std::vector<base::Offset> ends;
    Offsets offsets;
  };
  [[nodiscard]] Cut TakeCut() const;

  // Returns when the partition ends beyond `position`, `woken` is set (which it clears), the log
  // failed or the deadline passed. Returns the end.
  base::Offset WaitBeyond(std::int32_t partition_index, View view, base::Offset position,
                          std::chrono::steady_clock::time_point deadline, bool& woken);
  // Sets a reader's `woken`, which belongs to this object's mutex.
  void Wake(std::int32_t partition_index, bool& woken);
  // After the failure was set.
  void WakeAll();

 private:
  struct Partition {
    struct Sight {
      base::Offset end;
      std::condition_variable grown;
    };
    std::array<Sight, 2> sights;  // By View.
    std::deque<std::shared_ptr<const DecodedBatch>>
        batches;  // Without gaps, up to the written end.

    void WakeAll() {
      for (Sight& sight : sights) {
        sight.grown.notify_all();
      }
    }
    Sight& Of(View view) { return sights.at(static_cast<std::size_t>(view)); }
  };

  [[nodiscard]] Partition& At(std::int32_t index) const;
  // Oldest first, over all partitions. The caller destroys them, without the lock.
  std::vector<std::shared_ptr<const DecodedBatch>> Evict();

  const std::size_t bytes_max_;
  const Failure& failure_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Partition>> partitions_;
  std::deque<std::int32_t> arrivals_;  // The partitions of the batches held, oldest batch first.
  std::size_t bytes_ = 0;
  Offsets offsets_;
};

}  // namespace paylog::log_sqlite
