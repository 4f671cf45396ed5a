#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/store/block.h"
#include "paylog/store/bloom_filter.h"
#include "paylog/store/lru_cache.h"
#include "paylog/store/parts.h"
#include "paylog/store/run_format.h"
#include "paylog/store/snapshot_store.h"

namespace paylog::store {

// Which runs a new one is merged with, so that there are few.
enum class MergePolicy {
  // Four of a level become one of the next: for keys that are written once, which are then written
  // again as seldom as can be.
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

  // Writes the values as a run with the number `run`, together with the runs that are due to be
  // merged with it, and returns the list of runs as it is to become. Find does not see it yet.
  base::Result<std::vector<Run>> Extend(const SortedValues& values, std::int64_t run);
  // From here on Find uses these runs, and no other run is read any more.
  void Adopt(std::vector<Run> runs);

 private:
  KeyIndex(PartTable& parts, std::vector<Run> runs, MergePolicy policy);

  base::Result<std::optional<std::string>> FindInRun(const Run& run, std::string_view key,
                                                     KeyHash hash);
  base::Result<const Segment*> ReadSegment(const Run& run, std::size_t number);
  base::Result<const Block*> ReadBlock(const Run& run, std::uint64_t number,
                                       std::uint64_t checksum);

  PartTable& parts_;
  const MergePolicy policy_;
  std::mutex
      mutex_;  // Guards the rest. Taken before the connection's lock, never while it is held.
  std::vector<Run> runs_;
  LruCache<Segment> segments_;
  LruCache<Block> blocks_;
};

std::vector<RunEntry> EntriesOf(const std::vector<Run>& runs);

}  // namespace paylog::store
