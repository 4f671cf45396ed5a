#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "paylog/base/result.h"
#include "paylog/model/index_entry.h"
#include "paylog/store/snapshot_store.h"

namespace paylog::ledger {

// The remembered ids of a ledger partition: those of the open transaction, those since the last
// snapshot, those being saved, and the rest on disk. Memory holds only what no snapshot has yet.
// Used by one thread at a time; what Freeze returns may be read by another.
class KnownIds {
 public:
  using Entries = std::unordered_map<std::string, model::IndexEntry>;

  // `store` may be nullptr, then nothing is on disk. It must outlive this object.
  explicit KnownIds(store::SnapshotStore* store) : store_(store) {}

  // In the order of age, newest first. kCorrupt where the disk cannot be trusted.
  base::Result<std::optional<model::IndexEntry>> Find(const std::string& key);

  void Stage(std::string key, model::IndexEntry entry);  // In the open transaction.
  void MergeStaged();                                    // It was committed.
  void DropStaged();                                     // It was not.

  // Sets aside what no snapshot has yet, for a snapshot that is being written.
  // REQUIRES: nothing is frozen.
  std::shared_ptr<const Entries> Freeze();
  void DropFrozen();     // The snapshot has them.
  void RestoreFrozen();  // It could not be written.

  [[nodiscard]] std::size_t unsaved() const { return recent_.size(); }

 private:
  store::SnapshotStore* store_;
  Entries staged_;
  Entries recent_;
  std::shared_ptr<const Entries> frozen_;
};

}  // namespace paylog::ledger
