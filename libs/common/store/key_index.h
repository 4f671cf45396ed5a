#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/store/block.h"
#include "paylog/store/bloom_filter.h"
#include "paylog/store/lru_cache.h"
#include "paylog/store/meta_row.h"
#include "paylog/store/parts.h"
#include "paylog/store/run_format.h"
#include "paylog/store/run_merge.h"
#include "paylog/store/snapshot_store.h"

namespace paylog::store {

// Which runs a new one is merged with, so that there are few.
enum class MergePolicy {
  // Four of a level become one of the next, the larger ones over many Writes: for keys that are
  // written once, which are then written again as seldom as can be.
  kByCount,
  // Down to the oldest one that is no larger than all newer ones together: for keys that are
  // written again and again, whose values of before would otherwise pile up. So each run is larger
  // than all newer ones, and all of them together less than twice the oldest.
  kBySize,
};

// The values of all keys of one kind, rows or ids: a list of runs, oldest first, in which a newer
// run's value hides an older one's. Find may run in another thread than the rest. The table must
// outlive it.
class KeyIndex {
 public:
  // Reads the index of every run. kCorrupt where one is missing or damaged.
  static base::Result<std::unique_ptr<KeyIndex>> Open(PartTable& parts,
                                                      const std::vector<RunEntry>& entries,
                                                      MergePolicy policy);

  // nullopt is a proven miss.
  base::Result<std::optional<std::string>> Find(std::string_view key);
  // In order of key.
  base::Result<void> ForEach(
      const std::function<void(std::string_view key, std::string_view value)>& visit);

  // Writes the values as a run, and of the merges what is due, and returns the list of runs as it
  // is to become. Find does not see it yet. Takes kRunsOfAWrite - 1 numbers at most.
  base::Result<std::vector<SharedRun>> Extend(const SortedValues& values, RunNumbers& numbers);
  // From here on Find uses these runs, and no other run is read any more but by merges.
  void Adopt(std::vector<SharedRun> runs);
  // REQUIRED in place of Adopt where Extend, or what its caller did with it, failed.
  void AbandonMerges() { merges_.Abandon(); }
  // Of the runs that are read, and of those that merges write.
  [[nodiscard]] std::set<std::int64_t> Numbers() const;

 private:
  KeyIndex(PartTable& parts, std::vector<SharedRun> runs, MergePolicy policy);

  // The one segment of a run that may hold a key.
  struct Place {
    const Run* run = nullptr;
    std::size_t segment = 0;
  };

  // Fills places_, newest run first.
  void LocateInRuns(std::string_view key, KeyHash hash);
  base::Result<std::optional<std::string>> FindAt(const Place& place, std::string_view key,
                                                  KeyHash hash);
  base::Result<const Segment*> ReadSegment(const Run& run, std::size_t number);
  base::Result<const Block*> ReadBlock(const Run& run, std::uint64_t number,
                                       std::uint64_t checksum);

  PartTable& parts_;
  const MergePolicy policy_;
  RunMerges merges_;  // None with kBySize.
  std::mutex
      mutex_;  // Guards the rest. Taken before the connection's lock, never while it is held.
  std::vector<SharedRun> runs_;
  std::vector<Place> places_;  // Of the look-up under way.
  LruCache<Segment> segments_;
  LruCache<Block> blocks_;
};

std::vector<RunEntry> EntriesOf(const std::vector<SharedRun>& runs);

}  // namespace paylog::store
