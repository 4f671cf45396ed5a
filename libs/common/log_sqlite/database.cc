#include "paylog/log_sqlite/database.h"

#include <sqlite3.h>

#include "paylog/base/check.h"

namespace paylog::log_sqlite {
namespace {

base::Error SqliteError(sqlite3* database, int code, std::string_view doing) {
  const int primary = code & 0xff;
  const bool damaged = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ||
                       primary == SQLITE_ERROR || primary == SQLITE_MISMATCH ||
                       primary == SQLITE_CONSTRAINT || primary == SQLITE_FORMAT;
  return {.code = damaged ? base::ErrorCode::kCorrupt : base::ErrorCode::kIo,
          .context = std::string(doing) + ": SQLite says: " + sqlite3_errmsg(database) + " (code " +
                     std::to_string(code) + ")"};
}

int RememberWalPages(void* pages, sqlite3* /*database*/, const char* /*name*/, int wal_pages) {
  *static_cast<int*>(pages) = wal_pages;
  return SQLITE_OK;
}

}  // namespace

Statement::Statement(sqlite3* database, sqlite3_stmt* statement)
    : database_(database), statement_(statement) {}

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
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  return SqliteError(database_, code, sqlite3_sql(statement_.get()));
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

base::Result<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) {
    return SqliteError(handle, code, "opening " + path);
  }
  sqlite3_extended_result_codes(handle, 1);
  if (base::Result<void> configured = database->Configure(); !configured) {
    return configured.error().In(path);
  }
  return database;
}

base::Result<void> Database::Configure() {
  sqlite3* const handle = database_.get();
  CHECK(sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr) == SQLITE_OK);
  // Another program that has it open is refused at once.
  sqlite3_busy_timeout(handle, 0);
  PAYLOG_TRY(Pragma("locking_mode=EXCLUSIVE"));
  PAYLOG_TRY(Pragma("mmap_size=0"));
  // Every way of checking that SQLite has for what it reads.
  PAYLOG_TRY(Pragma("cell_size_check=ON"));
  PAYLOG_TRY(Pragma("trusted_schema=OFF"));
  PAYLOG_ASSIGN(const std::string mode, Pragma("journal_mode=WAL"));
  PAYLOG_TRY(Pragma("synchronous=FULL"));
  PAYLOG_ASSIGN(const std::string synchronous, Pragma("synchronous"));
  PAYLOG_ASSIGN(const std::string locking, Pragma("locking_mode"));
  if (mode != "wal" || synchronous != "2" || locking != "exclusive") {
    return base::Error{.code = base::ErrorCode::kIo,
                       .context = "SQLite refused its settings: journal_mode " + mode +
                                  ", synchronous " + synchronous + ", locking_mode " + locking};
  }
  // Installing a hook ends automatic checkpoints.
  sqlite3_wal_hook(handle, &RememberWalPages, &wal_pages_);
  return {};
}

base::Result<std::string> Database::Pragma(const std::string& text) {
  PAYLOG_ASSIGN(Statement statement, Prepare("PRAGMA " + text));
  PAYLOG_ASSIGN(const bool row, statement.Step());
  return row ? std::string(statement.Blob(0)) : std::string();
}

base::Result<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    return SqliteError(database_.get(), code, sql);
  }
  return Statement(database_.get(), statement);
}

base::Result<void> Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return SqliteError(database_.get(), code, sql);
  }
  return {};
}

void Database::AllowCheckpointOnClose() {
  CHECK(sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr) ==
        SQLITE_OK);
}

base::Result<void> Database::CheckpointFrom(int pages_min) {
  if (wal_pages_ < pages_min) {
    return {};
  }
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             nullptr, nullptr);
  if (code != SQLITE_OK) {
    return SqliteError(database_.get(), code, "checkpoint of the WAL");
  }
  wal_pages_ = 0;
  return {};
}

}  // namespace paylog::log_sqlite
