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

namespace paylog::sqlite {

class Database;

// A prepared statement. Must not outlive its Database. Views that it returns hold until the next
// Step or Reset. Not thread-safe: used only by whoever may use the Database.
class Statement {
 public:
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
  // The column holds what was written there: damage can change the type of a stored value.
  [[nodiscard]] bool IsInt(int column) const;
  [[nodiscard]] bool IsBlob(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  Statement(const Database& database, sqlite3_stmt* statement);

  const Database* database_;
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

// Who moves the WAL into the file.
enum class Checkpoints {
  // SQLite, now and then and when it closes. Ignores errors until they hurt.
  kAutomatic,
  // CheckpointFrom alone. Closing leaves the WAL as it is until AllowCheckpointOnClose: a file that
  // its user refuses keeps every byte for an inquiry.
  kByCaller,
};

// Where users differ.
struct Options {
  Checkpoints checkpoints = Checkpoints::kAutomatic;
  // The error where another program holds the file.
  base::ErrorCode held = base::ErrorCode::kBusy;
  // The error where SQLite calls a file read-only that could be opened for writing. Most often a
  // damaged version number in its header.
  base::ErrorCode read_only = base::ErrorCode::kCorrupt;
};

// The one connection to a SQLite file: WAL, every commit synced (but see LeaveSyncsToCaller), the
// file held exclusively so that the index of the WAL lives in memory, no mapping. Not thread-safe:
// threads that share one hold Lock(), or a mutex of their own, around every other call. Errors:
// those of Options; kCorrupt where SQLite finds the file damaged; else kIo.
class Database {
 public:
  // Makes the file where there is none. kIo where it cannot be written.
  static base::Result<std::unique_ptr<Database>> Open(const std::string& path,
                                                      const Options& options);

  // Of its file.
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::unique_lock<std::mutex> Lock() { return std::unique_lock(mutex_); }

  base::Result<Statement> Prepare(std::string_view sql);
  base::Result<void> Execute(const std::string& sql);
  // The first column of the first row, as text; empty where there is none.
  base::Result<std::string> Query(const std::string& sql);

  // False also after SQLite has rolled back on its own, as it does after some errors, even of a
  // statement that only reads.
  [[nodiscard]] bool InTransaction() const;
  void Rollback();
  // Runs `body` in a transaction of its own; its error, or that of the commit, rolls back.
  base::Result<void> Atomically(const std::function<base::Result<void>()>& body);

  // From now on a commit is durable when the caller, or a checkpoint, has synced the WAL's file;
  // the order in which things come to the disk is kept as before. REQUIRES: Checkpoints::kByCaller
  base::Result<void> LeaveSyncsToCaller();
  void AllowCheckpointOnClose();
  // Moves the WAL into the file where the WAL has grown to `pages_min`.
  // REQUIRES: Checkpoints::kByCaller
  base::Result<void> CheckpointFrom(int pages_min);

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* database) const;
  };

  Database(sqlite3* database, const Options& options) : options_(options), database_(database) {}
  base::Result<void> Configure();
  void LeaveCheckpointsToCaller();
  [[nodiscard]] base::ErrorCode KindOf(int code) const;
  [[nodiscard]] base::Error ErrorOf(int code, std::string_view doing) const;

  const Options options_;
  std::mutex mutex_;
  int wal_pages_ = 0;  // Set by SQLite's hook after each commit.
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace paylog::sqlite
