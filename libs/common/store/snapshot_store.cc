#include "paylog/store/snapshot_store.h"

#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/sqlite/damage.h"
#include "paylog/store/schema.h"
#include "paylog/store/sqlite_snapshot_store.h"

namespace paylog::store {

static_assert(kRunsOfAWrite == 2 + RunMerges::kLevelMax);

base::Result<std::unique_ptr<SnapshotStore>> SnapshotStore::Open(const std::string& path) {
  base::Result<std::unique_ptr<SqliteSnapshotStore>> store = SqliteSnapshotStore::Open(path);
  if (!store) {
    return store.error().In("snapshot " + path);
  }
  return std::unique_ptr<SnapshotStore>(std::move(store).value());
}

base::Result<void> SnapshotStore::Discard(const std::string& path) {
  // The file itself goes last: a WAL without its file could be taken for that of the next one.
  for (const char* const suffix : {"-wal", "-shm", "-journal", ""}) {
    std::error_code failure;
    std::filesystem::remove(path + suffix, failure);
    if (failure) {
      return base::Error{.code = base::ErrorCode::kIo,
                         .context = "removing " + path + suffix + ": " + failure.message()};
    }
  }
  return {};
}

SqliteSnapshotStore::SqliteSnapshotStore(std::unique_ptr<sqlite::Database> database)
    : database_(std::move(database)) {}

base::Result<std::unique_ptr<SqliteSnapshotStore>> SqliteSnapshotStore::Open(
    const std::string& path) {
  PAYLOG_ASSIGN(std::unique_ptr<sqlite::Database> database, sqlite::Database::Open(path, {}));
  std::unique_ptr<SqliteSnapshotStore> store(new SqliteSnapshotStore(std::move(database)));
  PAYLOG_ASSIGN(store->current_, OpenSchema(*store->database_));
  PAYLOG_ASSIGN(store->parts_, PartTable::Open(*store->database_));
  PAYLOG_ASSIGN(store->rows_,
                KeyIndex::Open(*store->parts_, store->current_.row_runs, MergePolicy::kBySize));
  PAYLOG_ASSIGN(store->ids_,
                KeyIndex::Open(*store->parts_, store->current_.id_runs, MergePolicy::kByCount));
  // What a Write left that did not come to its end has numbers that will be given again.
  PAYLOG_TRY(store->parts_->EraseFrom(store->current_.next_run));
  PAYLOG_TRY(store->CollectGarbage());
  return store;
}

std::optional<std::string> SqliteSnapshotStore::Meta() const {
  const std::scoped_lock lock(current_mutex_);
  return current_.meta;
}

base::Result<void> SqliteSnapshotStore::ForEachRow(
    const std::function<void(std::string_view key, std::string_view value)>& visit) {
  const std::scoped_lock writer(writer_mutex_);
  return rows_->ForEach(visit);
}

base::Result<void> SqliteSnapshotStore::ForEachId(
    const std::function<void(std::string_view key, std::string_view value)>& visit) {
  const std::scoped_lock writer(writer_mutex_);
  return ids_->ForEach(visit);
}

base::Result<std::optional<std::string>> SqliteSnapshotStore::FindId(std::string_view key) {
  return ids_->Find(key);
}

base::Result<void> SqliteSnapshotStore::Write(const SnapshotChanges& changes) {
  const std::scoped_lock writer(writer_mutex_);
  base::Result<void> written = WriteRuns(changes);
  if (!written) {
    rows_->AbandonMerges();
    ids_->AbandonMerges();
  }
  // What is not deleted now, of runs that were merged or not finished, is garbage for the next
  // Write or Open.
  static_cast<void>(CollectGarbage());
  return written;
}

base::Result<void> SqliteSnapshotStore::WriteRuns(const SnapshotChanges& changes) {
  MetaRow next = current_;
  if (next.next_run > kRunEnd - kRunsOfAWrite) {
    return sqlite::Damaged("no numbers are left for runs");
  }
  next.meta = changes.meta;
  // The numbers count as used even if this Write fails, since parts of the runs may stay behind.
  {
    const std::scoped_lock lock(current_mutex_);
    current_.next_run += kRunsOfAWrite;
  }
  RunNumbers numbers(next.next_run);
  PAYLOG_ASSIGN(std::vector<SharedRun> rows, rows_->Extend(changes.rows, numbers));
  PAYLOG_ASSIGN(std::vector<SharedRun> ids, ids_->Extend(changes.ids, numbers));
  CHECK(numbers.next() <= current_.next_run);
  next.next_run = numbers.next();
  next.row_runs = EntriesOf(rows);
  next.id_runs = EntriesOf(ids);
  PAYLOG_TRY(Commit(next));
  rows_->Adopt(std::move(rows));
  ids_->Adopt(std::move(ids));
  const std::scoped_lock lock(current_mutex_);
  current_ = std::move(next);
  return {};
}

// The one transaction that makes `next` the snapshot.
base::Result<void> SqliteSnapshotStore::Commit(const MetaRow& next) {
  const auto lock = database_->Lock();
  return database_->Atomically([&] { return PutMetaRow(*database_, next); });
}

base::Result<void> SqliteSnapshotStore::CollectGarbage() {
  std::set<std::int64_t> live = rows_->Numbers();
  live.merge(ids_->Numbers());
  return parts_->CollectGarbage(live);
}

}  // namespace paylog::store
