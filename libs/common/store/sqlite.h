#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "paylog/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace paylog::store {

// A prepared statement. Must not outlive its Database; used only while its lock is held.
class Statement {
 public:
  Statement(sqlite3* database, sqlite3_stmt* statement);

  Statement& Bind(int index, std::int64_t value);
  // The bytes must stay until the statement is reset.
  Statement& Bind(int index, std::string_view bytes);

  // Goes to the next row; false behind the last one.
  base::Result<bool> Step();
  // Steps a statement without rows to its end and resets it.
  base::Result<void> Run();
  void Reset();

  // Views hold until the next Step or Reset.
  [[nodiscard]] std::int64_t Int(int column) const;
  [[nodiscard]] std::string_view Blob(int column) const;
  // Damage can change the type of a stored value.
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

// The one connection to a store's SQLite file: WAL, every commit synced, the file held exclusively
// so that the index of the WAL lives in memory. Every other member is called with Lock() held.
// Errors: kBusy where another process holds the file, kCorrupt where SQLite finds it damaged, kIo.
class Database {
 public:
  static base::Result<std::unique_ptr<Database>> Open(const std::string& path);

  [[nodiscard]] std::unique_lock<std::mutex> Lock() { return std::unique_lock(mutex_); }

  base::Result<Statement> Prepare(std::string_view sql);
  base::Result<void> Execute(const std::string& sql);
  // The first column of the only row, as text.
  base::Result<std::string> Query(const std::string& sql);

  // False also after SQLite has rolled back on its own, as it does after some errors, even of a
  // statement that only reads.
  [[nodiscard]] bool InTransaction() const;
  void Rollback();
  // Runs `body` in a transaction of its own; its error, or that of the commit, rolls back.
  base::Result<void> Atomically(const std::function<base::Result<void>()>& body);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  explicit Database(sqlite3* database) : database_(database) {}
  base::Result<void> Configure();

  std::mutex mutex_;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace paylog::store
