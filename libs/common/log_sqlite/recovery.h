#pragma once

#include <memory>
#include <optional>
#include <string>

#include "paylog/base/result.h"
#include "paylog/log_sqlite/cells.h"
#include "paylog/log_sqlite/head_file.h"
#include "paylog/log_sqlite/log_state.h"
#include "paylog/log_sqlite/sqlite_log.h"
#include "paylog/sqlite/database.h"

// What is proven about a log before anybody may use it.
namespace paylog::log_sqlite {

struct Recovered {
  LogState state;
  CellTable cells;
  Head last;  // The last commit.
};

// The connection to a log's file. Errors: kIo, or kCorrupt where SQLite finds it damaged.
base::Result<std::unique_ptr<sqlite::Database>> OpenDatabase(const std::string& path);

// Makes the tables where there are none. kCorrupt where they are not what this version makes.
base::Result<void> CreateSchema(sqlite::Database& database);
[[nodiscard]] base::Result<bool> HasSchema(sqlite::Database& database);

// Reads the chain of commits from the head on, all cells, and the last batch of each partition.
// Verdicts:
//   the log ends before the head            kLostRecords, naming the commits that are missing
//   the head's commit has another hash      kCorrupt
//   the log goes on behind the head         good, if the chain holds
//   cells differ from the last commit's     kCorrupt
//   a partition does not end at its end     kCorrupt
// Without a head the chain is taken from its first row on: for the repair only.
base::Result<Recovered> Recover(sqlite::Database& database, const std::optional<Head>& head);

// Reads every row of every table; they must be what the last commit and its cells' digest say.
// REQUIRES: no open transaction.
base::Result<VerifyReport> VerifyAll(sqlite::Database& database, const Head& last,
                                     const CellDigest& cells);

}  // namespace paylog::log_sqlite
