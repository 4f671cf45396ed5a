#include "paylog/store/sqlite.h"

#include <sqlite3.h>

#include "paylog/base/check.h"

namespace paylog::store {
namespace {

// Which of our errors a code of SQLite is. The statements are right, so a complaint about one means
// that the file no longer holds what they were written for.
base::ErrorCode KindOf(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::ErrorCode::kBusy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_FORMAT:
    // Open refuses a file that cannot be written, so this is a version number in its header.
    case SQLITE_READONLY:
      return base::ErrorCode::kCorrupt;
    default:
      return base::ErrorCode::kIo;
  }
}

base::Error SqliteError(sqlite3* database, int code, std::string_view doing) {
  return {.code = KindOf(code),
          .context = std::string(doing) + ": SQLite says: " + sqlite3_errmsg(database) + " (code " +
                     std::to_string(code) + ")"};
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
  if (code != SQLITE_ROW && code != SQLITE_DONE) {
    return SqliteError(database_, code, sqlite3_sql(statement_.get()));
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

base::Result<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) {
    return SqliteError(handle, code, "opening");
  }
  sqlite3_extended_result_codes(handle, 1);
  if (sqlite3_db_readonly(handle, "main") != 0) {
    return base::Error{.code = base::ErrorCode::kIo, .context = "the file is read-only"};
  }
  PAYLOG_TRY(database->Configure());
  return database;
}

base::Result<void> Database::Configure() {
  // Another program that has it open is refused at once.
  sqlite3_busy_timeout(database_.get(), 0);
  PAYLOG_TRY(Query("PRAGMA locking_mode=EXCLUSIVE"));
  PAYLOG_TRY(Query("PRAGMA mmap_size=0"));
  // Every way of checking that SQLite has for what it reads.
  PAYLOG_TRY(Query("PRAGMA cell_size_check=ON"));
  PAYLOG_TRY(Query("PRAGMA trusted_schema=OFF"));
  // A large snapshot's WAL does not keep its size for ever.
  PAYLOG_TRY(Query("PRAGMA journal_size_limit=16777216"));
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

}  // namespace paylog::store
