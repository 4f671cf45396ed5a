#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/ledger/stage/byte_table.h"
#include "paylog/model/index_entry.h"
#include "paylog/store/snapshot_store.h"

namespace paylog::ledger {

// The remembered ids of a ledger partition: those of the open transaction, those since the last
// snapshot, those being saved, and the rest on disk. Memory holds only what no snapshot has yet, in
// the bytes that a snapshot will have. Used by one thread at a time; what Freeze returns may be
// read by another.
class KnownIds {
 public:
  // `store` may be nullptr, then nothing is on disk. It must outlive this object.
  explicit KnownIds(store::SnapshotStore* store) : store_(store) {}

  // In the order of age, newest first. kCorrupt where the disk cannot be trusted.
  base::Result<std::optional<model::IndexEntry>> Find(std::string_view key) const;

  void Stage(std::string_view key, const model::IndexEntry& entry);  // In the open transaction.
  void MergeStaged();                                                // It was committed.
  void DropStaged();                                                 // It was not.

  // Sets aside what no snapshot has yet, for a snapshot that is being written.
  // REQUIRES: nothing is frozen or staged.
  std::shared_ptr<const ByteTable> Freeze();
  void DropFrozen();     // The snapshot has them.
  void RestoreFrozen();  // It could not be written.

  [[nodiscard]] std::size_t unsaved() const { return recent_.size(); }

 private:
  [[nodiscard]] std::optional<std::string_view> FindInMemory(std::string_view key) const;

  store::SnapshotStore* store_;
  std::string encoded_;  // Room for an entry.
  ByteTable staged_;
  ByteTable recent_;
  std::shared_ptr<const ByteTable> frozen_;
};

}  // namespace paylog::ledger
