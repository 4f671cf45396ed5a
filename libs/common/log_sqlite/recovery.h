#pragma once

#include <optional>
#include <string>

#include "paylog/base/result.h"
#include "paylog/log_sqlite/cells.h"
#include "paylog/log_sqlite/database.h"
#include "paylog/log_sqlite/head_file.h"
#include "paylog/log_sqlite/log_state.h"
#include "paylog/log_sqlite/sqlite_log.h"

// What is proven about a log before anybody may use it.
namespace paylog::log_sqlite {

struct Recovered {
  LogState state;
  CellTable cells;
  Head last;  // The last commit.
};

// Makes the tables where there are none. kCorrupt where they are not what this version makes.
base::Result<void> CreateSchema(Database& database);
[[nodiscard]] base::Result<bool> HasSchema(Database& database);

// Reads the chain of commits from the head on, all cells, and the last batch of each partition.
// Verdicts:
//   the log ends before the head            kLostRecords, naming the commits that are missing
//   the head's commit has another hash      kCorrupt
//   the log goes on behind the head         good, if the chain holds
//   cells differ from the last commit's     kCorrupt
//   a partition does not end at its end     kCorrupt
// Without a head the chain is taken from its first row on: for the repair only.
base::Result<Recovered> Recover(Database& database, const std::optional<Head>& head);

// Reads every row of every table; they must be what the last commit and its cells' digest say.
// REQUIRES: no open transaction.
base::Result<VerifyReport> VerifyAll(Database& database, const Head& last, const CellDigest& cells);

}  // namespace paylog::log_sqlite
