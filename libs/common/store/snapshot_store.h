#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"

// Saved state of one partition of one stage: named rows (accounts), remembered ids, and a small meta
// value that says up to where the state goes. A snapshot bounds recovery and is never the truth: a
// lost, stale or damaged one costs time, since the log is replayed.
namespace paylog::store {

// What changed since the snapshot before.
struct SnapshotChanges {
  std::string meta;                          // Replaces the meta value.
  std::map<std::string, std::string> rows;   // Upserts.
  std::map<std::string, std::string> ids;    // Upserts; the newest value of a key wins.
};

// One SQLite file, one connection. Thread-safe: FindId may run while another thread is in Write, and
// sees the snapshot before until Write has committed. At most one Write at a time.
//
// Damage: every row, block and filter carries a checksum over key and content; Open and ForEachRow
// prove that no row is missing, FindId that a miss is a miss. Any of them answers kCorrupt, and the
// caller discards the file (Discard) and replays.
class SnapshotStore {
 public:
  // Opens or makes the file. kCorrupt for a damaged one, kIo where the file system fails.
  static base::Result<std::unique_ptr<SnapshotStore>> Open(const std::string& path);
  // Removes the file and what belongs to it; success where there is none.
  static base::Result<void> Discard(const std::string& path);

  virtual ~SnapshotStore() = default;

  // Of the last snapshot; nullopt before the first.
  [[nodiscard]] virtual std::optional<std::string> Meta() const = 0;

  // Visits all rows, in order of key.
  virtual base::Result<void> ForEachRow(
      const std::function<void(std::string_view key, std::string_view value)>& visit) = 0;
  // Visits all remembered ids once, with their newest value, in order of key. For audits and tests.
  virtual base::Result<void> ForEachId(
      const std::function<void(std::string_view key, std::string_view value)>& visit) = 0;

  // The value remembered for the id in the last snapshot; nullopt is a proven miss.
  virtual base::Result<std::optional<std::string>> FindId(std::string_view key) = 0;

  // Writes a snapshot in one transaction: all of it or nothing, even if the process dies.
  virtual base::Result<void> Write(const SnapshotChanges& changes) = 0;
};

}  // namespace paylog::store
