#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "paylog/base/result.h"
#include "paylog/sqlite/database.h"
#include "paylog/store/key_index.h"
#include "paylog/store/meta_row.h"
#include "paylog/store/parts.h"
#include "paylog/store/snapshot_store.h"

namespace paylog::store {

// The store behind SnapshotStore::Open. docs/adr/0003-index-of-ids.md
class SqliteSnapshotStore final : public SnapshotStore {
 public:
  static base::Result<std::unique_ptr<SqliteSnapshotStore>> Open(const std::string& path);

  [[nodiscard]] std::optional<std::string> Meta() const override;
  base::Result<void> ForEachRow(
      const std::function<void(std::string_view key, std::string_view value)>& visit) override;
  base::Result<void> ForEachId(
      const std::function<void(std::string_view key, std::string_view value)>& visit) override;
  base::Result<std::optional<std::string>> FindId(std::string_view key) override;
  base::Result<void> Write(const SnapshotChanges& changes) override;

 private:
  explicit SqliteSnapshotStore(std::unique_ptr<sqlite::Database> database);

  base::Result<void> WriteRuns(const SnapshotChanges& changes);
  base::Result<void> Commit(const MetaRow& next);
  base::Result<void> CollectGarbage();

  // One Write or walk at a time. Taken before every other lock.
  std::mutex writer_mutex_;
  mutable std::mutex current_mutex_;  // Guards changes of current_, which only the writer makes.
  MetaRow current_;
  std::unique_ptr<sqlite::Database> database_;
  std::optional<PartTable> parts_;
  std::unique_ptr<KeyIndex> rows_;
  std::unique_ptr<KeyIndex> ids_;
};

}  // namespace paylog::store
