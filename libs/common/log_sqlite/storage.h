#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log_sqlite/batch_codec.h"
#include "paylog/log_sqlite/commit_chain.h"
#include "paylog/log_sqlite/file.h"
#include "paylog/log_sqlite/head_file.h"
#include "paylog/log_sqlite/log_state.h"
#include "paylog/log_sqlite/owner_lock.h"
#include "paylog/log_sqlite/recovery.h"
#include "paylog/log_sqlite/sqlite_log.h"
#include "paylog/sqlite/database.h"

namespace paylog::log_sqlite {

// A batch on its way to its row; the blob is still to be sealed.
struct BatchWrite {
  BatchPlace place;
  std::string blob;
};

// What one SQLite transaction changes.
struct CommitPlan {
  std::vector<std::int64_t> dropped_rows;  // Of batches; removed before the new ones come.
  std::vector<BatchWrite> batches;
  std::map<CellKey, std::string> cells;

  void Put(CellWrite cell) { cells[std::move(cell.key)] = std::move(cell.value); }
  [[nodiscard]] bool empty() const {
    return dropped_rows.empty() && batches.empty() && cells.empty();
  }
};

// A row of batches, with its bytes.
struct StoredBatch {
  std::int64_t row_id = 0;
  DecodedBatch batch;
};

// The directory of a log: its lock, its head and its database. Thread-safe: one mutex guards the
// connection, so that no read sees a transaction half done, another the head.
class Storage {
 public:
  // Proves the log whole as far as recovery.h says, or refuses and leaves all as it was.
  static base::Result<std::unique_ptr<Storage>> Open(const std::string& directory, bool create);
  static base::Result<VerifyReport> RepairHead(const std::string& directory);

  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  ~Storage();

  // Of the database.
  [[nodiscard]] std::string path() const { return database_->path(); }

  // The state as it was when the log was opened; Write does not change it.
  [[nodiscard]] const LogState& opened_state() const { return recovered_.state; }

  // Commits, and does not wait for the disk; fills in the blobs' places. Returns what the head
  // shall say once that is durable. After an error, as after one of the next three, what the disk
  // has is unknown: the next call returns it too, and does nothing.
  base::Result<Head> Write(CommitPlan& plan);
  // Everything written before the call is durable, and named by the head, when it returns. `last`
  // is what the last such Write returned. Holds up no other thread's Write or ReadBatch. May not be
  // called by two threads at once.
  base::Result<void> Sync(const Head& last);
  base::Result<void> SyncHead();
  base::Result<void> CheckpointIfLarge();

  // The batch that covers the offset, which must lie before the partition's end; so a miss is
  // kCorrupt.
  base::Result<StoredBatch> ReadBatch(const PartitionRef& partition, base::Offset offset);

  base::Result<VerifyReport> Verify();

 private:
  struct Statements {
    sqlite::Statement begin;
    sqlite::Statement commit;
    sqlite::Statement drop_batch;
    sqlite::Statement insert_batch;
    sqlite::Statement replace_cell;
    sqlite::Statement insert_commit;
    sqlite::Statement prune_commits;
    sqlite::Statement find_batch;
  };

  Storage(OwnerLock lock, HeadFile head, File wal, std::unique_ptr<sqlite::Database> database,
          Recovered recovered, Statements statements);
  static base::Result<Statements> PrepareAll(sqlite::Database& database);

  // Keeps the first error: from then on the disk may not have what was written.
  template <typename T>
  base::Result<T> Remember(base::Result<T> outcome);
  // That error.
  [[nodiscard]] base::Result<void> CheckWhole() const;

  base::Result<void> CatchUpHead(const std::string& directory);
  [[nodiscard]] std::uint64_t HeadFallback() const;
  base::Result<Head> WriteTransaction(CommitPlan& plan);
  base::Result<void> WriteBatches(CommitPlan& plan, CommitHeader& header);
  base::Result<void> WriteCells(const CommitPlan& plan);
  base::Result<void> WriteCommitRow(const CommitHeader& header, const std::string& encoded,
                                    const Head& next);

  OwnerLock lock_;  // Declared first: released last.

  mutable std::mutex failure_mutex_;
  std::optional<base::Error> failure_;

  mutable std::mutex head_mutex_;
  HeadFile head_;
  File wal_;  // SQLite's, to sync it only.

  mutable std::mutex mutex_;
  std::unique_ptr<sqlite::Database> database_;
  Recovered recovered_;  // Cells and last commit follow each Write; the state does not.
  std::optional<Statements> statements_;
};

}  // namespace paylog::log_sqlite
