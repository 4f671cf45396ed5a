#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "paylog/base/result.h"

// Saved state of one partition of one stage: named rows (accounts), remembered ids, and a small
// meta value that says up to where the state goes. A snapshot bounds recovery and is never the
// truth: a lost, stale or damaged one costs time, since the log is replayed.
namespace paylog::store {

// Of which each key is greater, bytewise, than the one before. Views: what they show must outlive
// them.
using SortedValues = std::vector<std::pair<std::string_view, std::string_view>>;

// What changed since the snapshot before.
struct SnapshotChanges {
  std::string meta;   // Replaces the meta value.
  SortedValues rows;  // Upserts.
  SortedValues ids;   // Upserts; the newest value of a key wins.
};

// One SQLite file, one connection. Thread-safe: FindId may run while another thread is in Write,
// and sees the snapshot before until Write has committed. At most one Write at a time.
//
// Damage: whatever is read is proven by checksums that lead down from the meta value. Open proves
// it and the lists of runs that hold rows and ids; ForEachRow that no row is missing, damaged or
// stale; FindId and ForEachId that a hit is a hit and a miss a miss. Any of them answers kCorrupt,
// and the caller discards the file (Discard) and replays. Damage to SQLite's WAL may also bring
// back an earlier snapshot, whole.
class SnapshotStore {
 public:
  // Opens or makes the file. kCorrupt for a damaged one, kBusy where another process has it open,
  // kIo where the file system fails.
  static base::Result<std::unique_ptr<SnapshotStore>> Open(const std::string& path);
  // Removes the file and what belongs to it; success where there is none.
  static base::Result<void> Discard(const std::string& path);

  virtual ~SnapshotStore() = default;

  // Of the last snapshot; nullopt before the first.
  [[nodiscard]] virtual std::optional<std::string> Meta() const = 0;

  // Visits all rows, in order of key. What was visited counts only if this succeeds. `visit` must
  // not call the store; the same holds for ForEachId.
  virtual base::Result<void> ForEachRow(
      const std::function<void(std::string_view key, std::string_view value)>& visit) = 0;
  // Visits all remembered ids once, with their newest value, in order of key. For audits and tests.
  virtual base::Result<void> ForEachId(
      const std::function<void(std::string_view key, std::string_view value)>& visit) = 0;

  // The value remembered for the id in the last snapshot; nullopt is a proven miss.
  virtual base::Result<std::optional<std::string>> FindId(std::string_view key) = 0;

  // Writes a snapshot: all of it or nothing, even if the process dies. After an error the snapshot
  // before stays, and another Write may be tried. Takes longer now and then, where rows are merged.
  // FindId waits for a slice of it at most: some milliseconds and a sync of the disk.
  virtual base::Result<void> Write(const SnapshotChanges& changes) = 0;
};

}  // namespace paylog::store
