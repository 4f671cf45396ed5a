#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "paylog/base/result.h"
#include "paylog/sqlite/database.h"
#include "paylog/store/id_index.h"
#include "paylog/store/meta_row.h"
#include "paylog/store/parts.h"
#include "paylog/store/row_table.h"
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

  // The transaction that makes `next` the snapshot; fills in its row totals.
  base::Result<void> Commit(const SnapshotChanges& changes, MetaRow& next);
  base::Result<void> CollectGarbage();

  // One Write or walk at a time. Taken before every other lock.
  std::mutex writer_mutex_;
  mutable std::mutex current_mutex_;  // Guards changes of current_, which only the writer makes.
  MetaRow current_;
  std::unique_ptr<sqlite::Database> database_;
  std::optional<PartTable> parts_;
  std::optional<RowTable> rows_;
  std::unique_ptr<IdIndex> ids_;
};

}  // namespace paylog::store
