#include "paylog/sqlite/database.h"

#include <sqlite3.h>

#include "paylog/base/check.h"

namespace paylog::sqlite {
namespace {

int RememberWalPages(void* pages, sqlite3* /*database*/, const char* /*name*/, int wal_pages) {
  *static_cast<int*>(pages) = wal_pages;
  return SQLITE_OK;
}

}  // namespace

Statement::Statement(const Database& database, sqlite3_stmt* statement)
    : database_(&database), statement_(statement) {}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement& Statement::Bind(int index, std::int64_t value) {
  CHECK(sqlite3_bind_int64(statement_.get(), index, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::Bind(int index, std::string_view bytes) {
  // A null pointer would bind NULL, not the empty blob.
  const char* const data = bytes.data() == nullptr ? "" : bytes.data();
  CHECK(sqlite3_bind_blob64(statement_.get(), index, data, bytes.size(), SQLITE_STATIC) ==
        SQLITE_OK);
  return *this;
}

base::Result<bool> Statement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    return database_->ErrorOf(code, sqlite3_sql(statement_.get()));
  }
  return code == SQLITE_ROW;
}

base::Result<void> Statement::Run() {
  const ScopedReset reset(*this);
  PAYLOG_ASSIGN(const bool row, Step());
  CHECK(!row);
  return {};
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
}

std::int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::Blob(int column) const {
  const void* const data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr || size <= 0) {
    return {};
  }
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

bool Statement::IsInt(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_INTEGER;
}

bool Statement::IsBlob(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_BLOB;
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

base::Result<std::unique_ptr<Database>> Database::Open(const std::string& path,
                                                       const Options& options) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle, options));
  if (code != SQLITE_OK) {
    return database->ErrorOf(code, "opening");
  }
  sqlite3_extended_result_codes(handle, 1);
  if (sqlite3_db_readonly(handle, "main") != 0) {
    return base::Error{.code = base::ErrorCode::kIo, .context = "the file is read-only"};
  }
  PAYLOG_TRY(database->Configure());
  return database;
}

base::Result<void> Database::Configure() {
  // Before anything is read: closing must leave the WAL alone whatever happens here.
  if (options_.checkpoints == Checkpoints::kByCaller) {
    LeaveCheckpointsToCaller();
  }
  // Another program that has it open is refused at once.
  sqlite3_busy_timeout(database_.get(), 0);
  PAYLOG_TRY(Query("PRAGMA locking_mode=EXCLUSIVE"));
  PAYLOG_TRY(Query("PRAGMA mmap_size=0"));
  // Every way of checking that SQLite has for what it reads.
  PAYLOG_TRY(Query("PRAGMA cell_size_check=ON"));
  PAYLOG_TRY(Query("PRAGMA trusted_schema=OFF"));
  if (options_.checkpoints == Checkpoints::kAutomatic) {
    // The WAL of a large transaction does not keep its size for ever.
    PAYLOG_TRY(Query("PRAGMA journal_size_limit=16777216"));
  }
  PAYLOG_ASSIGN(const std::string mode, Query("PRAGMA journal_mode=WAL"));
  PAYLOG_TRY(Query("PRAGMA synchronous=FULL"));
  PAYLOG_ASSIGN(const std::string synchronous, Query("PRAGMA synchronous"));
  PAYLOG_ASSIGN(const std::string locking, Query("PRAGMA locking_mode"));
  if (mode != "wal" || synchronous != "2" || locking != "exclusive") {
    return base::Error{.code = base::ErrorCode::kIo,
                       .context = "SQLite refused its settings: journal_mode " + mode +
                                  ", synchronous " + synchronous + ", locking_mode " + locking};
  }
  return {};
}

base::Result<void> Database::LeaveSyncsToCaller() {
  CHECK(options_.checkpoints == Checkpoints::kByCaller);
  PAYLOG_TRY(Query("PRAGMA synchronous=NORMAL"));
  PAYLOG_ASSIGN(const std::string synchronous, Query("PRAGMA synchronous"));
  if (synchronous != "1") {
    return base::Error{.code = base::ErrorCode::kIo,
                       .context = "SQLite refused synchronous=NORMAL: " + synchronous};
  }
  return {};
}

void Database::LeaveCheckpointsToCaller() {
  CHECK(sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr) ==
        SQLITE_OK);
  // Installing a hook ends automatic checkpoints.
  sqlite3_wal_hook(database_.get(), &RememberWalPages, &wal_pages_);
}

// The statements are right, so a complaint about one means that the file no longer holds what they
// were written for.
base::ErrorCode Database::KindOf(int code) const {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return options_.held;
    case SQLITE_READONLY:
      return options_.read_only;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_FORMAT:
      return base::ErrorCode::kCorrupt;
    default:
      return base::ErrorCode::kIo;
  }
}

std::string Database::path() const {
  return sqlite3_db_filename(database_.get(), "main");
}

base::Error Database::ErrorOf(int code, std::string_view doing) const {
  return {.code = KindOf(code),
          .context = std::string(doing) + ": SQLite says: " + sqlite3_errmsg(database_.get()) +
                     " (code " + std::to_string(code) + ")"};
}

base::Result<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    return ErrorOf(code, sql);
  }
  return Statement(*this, statement);
}

base::Result<void> Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return ErrorOf(code, sql);
  }
  return {};
}

base::Result<std::string> Database::Query(const std::string& sql) {
  PAYLOG_ASSIGN(Statement statement, Prepare(sql));
  PAYLOG_ASSIGN(const bool row, statement.Step());
  return row ? std::string(statement.Blob(0)) : std::string();
}

bool Database::InTransaction() const {
  return sqlite3_get_autocommit(database_.get()) == 0;
}

void Database::Rollback() {
  if (InTransaction()) {
    // Its only failure is that there is nothing to roll back any more.
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

base::Result<void> Database::Atomically(const std::function<base::Result<void>()>& body) {
  CHECK(!InTransaction());
  PAYLOG_TRY(Execute("BEGIN IMMEDIATE"));
  base::Result<void> done = body();
  if (done) {
    done = Execute("COMMIT");
  }
  if (!done) {
    Rollback();
  }
  return done;
}

void Database::AllowCheckpointOnClose() {
  CHECK(sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr) ==
        SQLITE_OK);
}

base::Result<void> Database::CheckpointFrom(int pages_min) {
  CHECK(options_.checkpoints == Checkpoints::kByCaller);
  if (wal_pages_ < pages_min) {
    return {};
  }
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             nullptr, nullptr);
  if (code != SQLITE_OK) {
    return ErrorOf(code, "checkpoint of the WAL");
  }
  wal_pages_ = 0;
  return {};
}

}  // namespace paylog::sqlite
