#include "paylog/log_sqlite/storage.h"

#include <filesystem>
#include <system_error>

#include <fcntl.h>

#include "paylog/base/check.h"

namespace paylog::log_sqlite {
namespace {

namespace fs = std::filesystem;

// About 16 MiB of WAL.
constexpr int kCheckpointPages = 4096;
// Rows of commits stay this far behind what the head may fall back to, for the eyes of an inquiry.
constexpr std::uint64_t kCommitsKept = 1024;
constexpr std::uint64_t kPruneEvery = 64;

std::string DatabasePath(const std::string& directory) {
  return directory + "/log.sqlite";
}

bool DatabaseIsEmpty(const std::string& directory) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(DatabasePath(directory), error);
  return error || size == 0;
}

bool HeadExists(const std::string& directory) {
  std::error_code error;
  return fs::exists(directory + "/head", error);
}

base::Result<void> MakeDirectory(const std::string& directory) {
  std::error_code error;
  const bool made = fs::create_directories(directory, error);
  if (error) {
    return base::Error{.code = base::ErrorCode::kIo,
                       .context = "making " + directory + ": " + error.message()};
  }
  if (!made) {
    return {};
  }
  const fs::path parent = fs::absolute(directory).lexically_normal().parent_path();
  return SyncDirectory(parent.string());
}

// The head comes first: a head at 0 without a database is a log whose making was cut short, and
// nothing is lost by making it again.
base::Result<void> MakeLog(const std::string& directory) {
  if (!HeadExists(directory)) {
    PAYLOG_TRY(HeadFile::Create(directory, Head{}));
  }
  PAYLOG_ASSIGN(const std::unique_ptr<sqlite::Database> database,
                OpenDatabase(DatabasePath(directory)));
  database->AllowCheckpointOnClose();
  PAYLOG_ASSIGN(const bool made, HasSchema(*database));
  if (!made) {
    PAYLOG_TRY(CreateSchema(*database));
  }
  return SyncDirectory(directory);
}

std::string WalPath(const std::string& directory) {
  return DatabasePath(directory) + "-wal";
}

// Makes durable what was found, which the head is about to name: a killed owner may not have synced
// it, and one whose sync failed has left it in the kernel's memory alone.
base::Result<File> OpenWalAnew(const std::string& directory) {
  PAYLOG_ASSIGN(File wal, File::Open(WalPath(directory), O_RDWR));
  PAYLOG_TRY(wal.WriteAgain());
  PAYLOG_TRY(SyncDirectory(directory));
  return wal;
}

base::Error RefuseHead(const base::Error& error, const std::string& directory) {
  return {.code = base::ErrorCode::kCorrupt,
          .context = error.context + "; nothing proves that the log in " + directory +
                     " is complete. `paylog repair-head` verifies it and writes the head anew"};
}

// Opens the head of a log that exists, and refuses a database that is gone.
base::Result<HeadFile> OpenHead(const std::string& directory) {
  base::Result<HeadFile> head = HeadFile::Open(directory);
  if (!head && head.error().code == base::ErrorCode::kIo) {
    return head.error();
  }
  if (!head) {
    return RefuseHead(head.error(), directory);
  }
  if (DatabaseIsEmpty(directory)) {
    if (head->head().number > 0) {
      return base::Error{.code = base::ErrorCode::kLostRecords,
                         .context = "commits 1 to " + std::to_string(head->head().number) +
                                    " were acknowledged, and " + DatabasePath(directory) +
                                    " is missing or empty"};
    }
    PAYLOG_TRY(MakeLog(directory));
  }
  return head;
}

}  // namespace

base::Result<std::unique_ptr<Storage>> Storage::Open(const std::string& directory, bool create) {
  const bool fresh = !HeadExists(directory) && DatabaseIsEmpty(directory);
  if (fresh && !create) {
    return base::Error{.code = base::ErrorCode::kNotFound,
                       .context = "there is no log in " + directory};
  }
  if (fresh) {
    PAYLOG_TRY(MakeDirectory(directory));
  }
  PAYLOG_ASSIGN(OwnerLock lock, OwnerLock::Take(directory + "/owner.lock"));
  // Looked at again: a second maker may have been faster.
  if (!HeadExists(directory) && DatabaseIsEmpty(directory)) {
    PAYLOG_TRY(MakeLog(directory));
  }
  PAYLOG_ASSIGN(HeadFile head, OpenHead(directory));
  PAYLOG_ASSIGN(std::unique_ptr<sqlite::Database> database, OpenDatabase(DatabasePath(directory)));
  if (head.head().number == 0) {
    PAYLOG_ASSIGN(const bool made, HasSchema(*database));
    if (!made) {
      PAYLOG_TRY(CreateSchema(*database));
    }
  }
  PAYLOG_ASSIGN(Recovered recovered, Recover(*database, head.head()));
  PAYLOG_ASSIGN(Statements statements, PrepareAll(*database));
  PAYLOG_TRY(database->LeaveSyncsToCaller());
  PAYLOG_ASSIGN(File wal, OpenWalAnew(directory));
  std::unique_ptr<Storage> storage(new Storage(std::move(lock), std::move(head), std::move(wal),
                                               std::move(database), std::move(recovered),
                                               std::move(statements)));
  PAYLOG_TRY(storage->CatchUpHead(directory));
  return storage;
}

base::Result<VerifyReport> Storage::RepairHead(const std::string& directory) {
  if (DatabaseIsEmpty(directory)) {
    return base::Error{.code = base::ErrorCode::kNotFound,
                       .context = "there is no database in " + directory};
  }
  PAYLOG_ASSIGN(const OwnerLock lock, OwnerLock::Take(directory + "/owner.lock"));
  if (const base::Result<HeadFile> head = HeadFile::Open(directory);
      head || head.error().code == base::ErrorCode::kIo) {
    return head ? base::Error{.code = base::ErrorCode::kInvalidArgument,
                              .context = "the head of " + directory +
                                         " is readable; there is nothing to repair"}
                : head.error();
  }
  PAYLOG_ASSIGN(const std::unique_ptr<sqlite::Database> database,
                OpenDatabase(DatabasePath(directory)));
  PAYLOG_ASSIGN(const Recovered recovered, Recover(*database, std::nullopt));
  PAYLOG_ASSIGN(const VerifyReport report,
                VerifyAll(*database, recovered.last, recovered.cells.digest()));
  PAYLOG_TRY(OpenWalAnew(directory));
  PAYLOG_TRY(HeadFile::Create(directory, recovered.last));
  return report;
}

Storage::Storage(OwnerLock lock, HeadFile head, File wal,
                 std::unique_ptr<sqlite::Database> database, Recovered recovered,
                 Statements statements)
    : lock_(std::move(lock)),
      head_(std::move(head)),
      wal_(std::move(wal)),
      database_(std::move(database)),
      recovered_(std::move(recovered)),
      statements_(std::move(statements)) {}

Storage::~Storage() {
  const std::scoped_lock guard(mutex_, head_mutex_);
  // Should the head not be synced, it is behind the log, which is as after a kill.
  if (CheckWhole() && head_.Sync()) {
    database_->AllowCheckpointOnClose();
  }
}

// A killed owner may have left the log ahead of its head, and a damaged slot may be the reason:
// both slots are made anew.
base::Result<void> Storage::CatchUpHead(const std::string& directory) {
  if (head_.head() == recovered_.last) {
    return head_.WriteAgain();
  }
  PAYLOG_TRY(HeadFile::Create(directory, recovered_.last));
  PAYLOG_ASSIGN(head_, HeadFile::Open(directory));
  return {};
}

base::Result<Storage::Statements> Storage::PrepareAll(sqlite::Database& database) {
  PAYLOG_ASSIGN(sqlite::Statement begin, database.Prepare("BEGIN IMMEDIATE"));
  PAYLOG_ASSIGN(sqlite::Statement commit, database.Prepare("COMMIT"));
  PAYLOG_ASSIGN(sqlite::Statement drop_batch, database.Prepare("DELETE FROM batches WHERE id = ?"));
  PAYLOG_ASSIGN(sqlite::Statement insert_batch,
                database.Prepare("INSERT INTO batches (id, blob) VALUES (?, ?)"));
  PAYLOG_ASSIGN(
      sqlite::Statement replace_cell,
      database.Prepare("INSERT OR REPLACE INTO cells (id, content, checksum) VALUES (?, ?, ?)"));
  PAYLOG_ASSIGN(sqlite::Statement insert_commit,
                database.Prepare("INSERT INTO commits (number, header, hash) VALUES (?, ?, ?)"));
  PAYLOG_ASSIGN(sqlite::Statement prune_commits,
                database.Prepare("DELETE FROM commits WHERE number < ?"));
  PAYLOG_ASSIGN(
      sqlite::Statement find_batch,
      database.Prepare("SELECT id, blob FROM batches WHERE id <= ? ORDER BY id DESC LIMIT 1"));
  return Statements{.begin = std::move(begin),
                    .commit = std::move(commit),
                    .drop_batch = std::move(drop_batch),
                    .insert_batch = std::move(insert_batch),
                    .replace_cell = std::move(replace_cell),
                    .insert_commit = std::move(insert_commit),
                    .prune_commits = std::move(prune_commits),
                    .find_batch = std::move(find_batch)};
}

template <typename T>
base::Result<T> Storage::Remember(base::Result<T> outcome) {
  if (!outcome) {
    const std::lock_guard guard(failure_mutex_);
    failure_ = failure_.value_or(outcome.error());
  }
  return outcome;
}

base::Result<void> Storage::CheckWhole() const {
  const std::lock_guard guard(failure_mutex_);
  return failure_ ? base::Result<void>(*failure_) : base::Result<void>();
}

base::Result<Head> Storage::Write(CommitPlan& plan) {
  CHECK(!plan.empty());
  const std::lock_guard guard(mutex_);
  PAYLOG_TRY(CheckWhole());
  return Remember(WriteTransaction(plan));
}

base::Result<Head> Storage::WriteTransaction(CommitPlan& plan) {
  CommitHeader header{.number = recovered_.last.number + 1, .previous = recovered_.last.hash};
  PAYLOG_TRY(statements_->begin.Run());
  PAYLOG_TRY(WriteBatches(plan, header));
  PAYLOG_TRY(WriteCells(plan));
  header.cells = recovered_.cells.digest();
  const std::string encoded = EncodeCommitHeader(header);
  const Head next = HeadOf(header.number, encoded);
  PAYLOG_TRY(WriteCommitRow(header, encoded, next));
  PAYLOG_TRY(statements_->commit.Run());
  recovered_.last = next;
  return next;
}

base::Result<void> Storage::Sync(const Head& last) {
  PAYLOG_TRY(CheckWhole());
  PAYLOG_TRY(Remember(wal_.Sync()));
  const std::lock_guard guard(head_mutex_);
  return Remember(head_.Write(last));
}

base::Result<void> Storage::WriteBatches(CommitPlan& plan, CommitHeader& header) {
  for (const std::int64_t row_id : plan.dropped_rows) {
    statements_->drop_batch.Bind(1, row_id);
    PAYLOG_TRY(statements_->drop_batch.Run());
  }
  header.batches.reserve(plan.batches.size());
  for (BatchWrite& batch : plan.batches) {
    const std::uint64_t checksum = SealBatch(batch.blob, batch.place);
    const std::int64_t row_id = BatchRowId(batch.place.partition_index, batch.place.base);
    statements_->insert_batch.Bind(1, row_id).Bind(2, batch.blob);
    PAYLOG_TRY(statements_->insert_batch.Run());
    header.batches.push_back(
        {.row_id = row_id, .end = batch.place.end.value(), .checksum = checksum});
  }
  return {};
}

base::Result<void> Storage::WriteCells(const CommitPlan& plan) {
  for (const auto& [key, value] : plan.cells) {
    const CellRow row = recovered_.cells.Put(key, value);
    statements_->replace_cell.Bind(1, row.id).Bind(2, row.content).Bind(3, row.checksum);
    PAYLOG_TRY(statements_->replace_cell.Run());
  }
  return {};
}

base::Result<void> Storage::WriteCommitRow(const CommitHeader& header, const std::string& encoded,
                                           const Head& next) {
  statements_->insert_commit.Bind(1, static_cast<std::int64_t>(header.number))
      .Bind(2, encoded)
      .Bind(3, ViewOf(next.hash));
  PAYLOG_TRY(statements_->insert_commit.Run());
  if (header.number % kPruneEvery != 0) {
    return {};
  }
  const std::uint64_t needed = HeadFallback();
  if (needed <= kCommitsKept) {
    return {};
  }
  statements_->prune_commits.Bind(1, static_cast<std::int64_t>(needed - kCommitsKept));
  return statements_->prune_commits.Run();
}

std::uint64_t Storage::HeadFallback() const {
  const std::lock_guard guard(head_mutex_);
  return head_.fallback();
}

base::Result<void> Storage::SyncHead() {
  PAYLOG_TRY(CheckWhole());
  const std::lock_guard guard(head_mutex_);
  return Remember(head_.Sync());
}

base::Result<void> Storage::CheckpointIfLarge() {
  const std::lock_guard guard(mutex_);
  PAYLOG_TRY(CheckWhole());
  return Remember(database_->CheckpointFrom(kCheckpointPages));
}

base::Result<StoredBatch> Storage::ReadBatch(const PartitionRef& partition, base::Offset offset) {
  const std::string where = Describe(partition.name, offset);
  const base::Error missing{.code = base::ErrorCode::kCorrupt,
                            .context = where + ": no batch covers this offset"};
  StoredBatch stored;
  std::string blob;
  {
    const std::lock_guard guard(mutex_);
    sqlite::Statement& find = statements_->find_batch;
    const sqlite::ScopedReset reset(find);
    find.Bind(1, BatchRowId(partition.index, offset));
    const base::Result<bool> row = find.Step();
    if (!row) {
      return row.error().In(where);
    }
    if (!*row || find.Int(0) < 0 || PartitionIndexOf(find.Int(0)) != partition.index) {
      return missing;
    }
    stored.row_id = find.Int(0);
    blob = find.Blob(1);
  }
  base::Result<DecodedBatch> batch = DecodeBatch(stored.row_id, blob);
  if (!batch) {
    return batch.error().In(Describe(partition.name, BaseOf(stored.row_id)));
  }
  if (batch->end <= offset) {
    return missing;
  }
  stored.batch = *std::move(batch);
  return stored;
}

base::Result<VerifyReport> Storage::Verify() {
  const std::lock_guard guard(mutex_);
  return VerifyAll(*database_, recovered_.last, recovered_.cells.digest());
}

}  // namespace paylog::log_sqlite
