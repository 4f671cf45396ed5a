#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "paylog/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace paylog::log_sqlite {

class Database;

// A prepared statement. Must not outlive its Database. Views that it returns hold until the next
// Step or Reset. Not thread-safe.
class Statement {
 public:
  Statement(sqlite3* database, sqlite3_stmt* statement);

  Statement& Bind(int index, std::int64_t value);
  // The bytes must stay until Reset.
  Statement& Bind(int index, std::string_view bytes);

  // Goes to the next row; false behind the last one.
  base::Result<bool> Step();
  // Steps to the end of a statement without rows, then resets it.
  base::Result<void> Run();
  void Reset();

  [[nodiscard]] std::int64_t Int(int column) const;
  [[nodiscard]] std::string_view Blob(int column) const;
  // The column holds what this log writes there: damage can change the type of a stored value.
  [[nodiscard]] bool IsInt(int column) const;
  [[nodiscard]] bool IsBlob(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Resets a statement when the scope ends, so that no cursor outlives its use.
class ScopedReset {
 public:
  explicit ScopedReset(Statement& statement) : statement_(statement) {}
  ~ScopedReset() { statement_.Reset(); }
  ScopedReset(const ScopedReset&) = delete;
  ScopedReset& operator=(const ScopedReset&) = delete;

 private:
  Statement& statement_;
};

// The one connection to the log's SQLite file: WAL, every commit synced, the file held exclusively
// so that the index of the WAL lives in memory, no mapping. Closing it leaves the WAL as it is
// until AllowCheckpointOnClose: a log that is refused keeps every byte for an inquiry.
// Not thread-safe. Errors: kIo, or kCorrupt where SQLite finds the file damaged.
class Database {
 public:
  static base::Result<std::unique_ptr<Database>> Open(const std::string& path);

  base::Result<Statement> Prepare(std::string_view sql);
  base::Result<void> Execute(const std::string& sql);
  void AllowCheckpointOnClose();

  // Moves the WAL into the file where the WAL has grown to `pages_min`. SQLite's own way of doing
  // so ignores errors.
  base::Result<void> CheckpointFrom(int pages_min);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  explicit Database(sqlite3* database) : database_(database) {}
  base::Result<void> Configure();
  base::Result<std::string> Pragma(const std::string& text);

  int wal_pages_ = 0;  // Set by SQLite's hook after each commit.
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace paylog::log_sqlite
