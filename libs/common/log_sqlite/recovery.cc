#include "paylog/log_sqlite/recovery.h"

#include <array>
#include <string_view>

#include "paylog/log_sqlite/batch_codec.h"
#include "paylog/log_sqlite/commit_chain.h"
#include "paylog/sqlite/damage.h"

namespace paylog::log_sqlite {
namespace {

using sqlite::Damaged;

struct Table {
  std::string_view name;
  std::string_view sql;
};

constexpr std::array<Table, 3> kTables{{
    {"batches", "CREATE TABLE batches (id INTEGER PRIMARY KEY, blob BLOB NOT NULL)"},
    {"cells",
     "CREATE TABLE cells (id INTEGER PRIMARY KEY, content BLOB NOT NULL, checksum INTEGER NOT "
     "NULL)"},
    {"commits",
     "CREATE TABLE commits (number INTEGER PRIMARY KEY, header BLOB NOT NULL, hash BLOB NOT NULL)"},
}};

// Proves that the tables are what this version made: a flipped bit in the schema may otherwise make
// SQLite read them differently.
base::Result<void> CheckSchema(sqlite::Database& database) {
  PAYLOG_ASSIGN(sqlite::Statement statement,
                database.Prepare("SELECT name, sql FROM sqlite_master ORDER BY name"));
  for (const Table& table : kTables) {
    PAYLOG_ASSIGN(const bool row, statement.Step());
    if (!row || statement.Blob(0) != table.name || statement.Blob(1) != table.sql) {
      return Damaged("the database's schema is not that of a log");
    }
  }
  PAYLOG_ASSIGN(const bool more, statement.Step());
  return more ? base::Result<void>(Damaged("the database has tables that are not the log's"))
              : base::Result<void>();
}

struct CommitRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // 0: there are none.
};

base::Result<CommitRange> ReadCommitRange(sqlite::Database& database) {
  CommitRange range;
  PAYLOG_ASSIGN(sqlite::Statement first,
                database.Prepare("SELECT number FROM commits ORDER BY number LIMIT 1"));
  PAYLOG_ASSIGN(const bool any, first.Step());
  PAYLOG_ASSIGN(sqlite::Statement last,
                database.Prepare("SELECT number FROM commits ORDER BY number DESC LIMIT 1"));
  PAYLOG_ASSIGN(const bool any_last, last.Step());
  if (any != any_last || (any && (first.Int(0) < 1 || last.Int(0) < first.Int(0)))) {
    return Damaged("table commits: the numbers do not fit together");
  }
  if (any) {
    range.first = static_cast<std::uint64_t>(first.Int(0));
    range.last = static_cast<std::uint64_t>(last.Int(0));
  }
  return range;
}

// Follows the chain over [first, last]; both ends are checked by the caller.
struct Chain {
  Head last;
  CommitHeader last_header;
  std::uint64_t commits = 0;
};

base::Result<Chain> FollowChain(sqlite::Database& database, const CommitRange& range,
                                const std::optional<Head>& head) {
  Chain chain;
  PAYLOG_ASSIGN(sqlite::Statement select,
                database.Prepare("SELECT header, hash FROM commits WHERE number = ?"));
  for (std::uint64_t number = range.first; number <= range.last; ++number) {
    const sqlite::ScopedReset reset(select);
    select.Bind(1, static_cast<std::int64_t>(number));
    PAYLOG_ASSIGN(const bool row, select.Step());
    if (!row) {
      return Damaged("table commits, commit " + std::to_string(number) + ": the row is missing");
    }
    PAYLOG_ASSIGN(CommitHeader header, DecodeCommit(number, select.Blob(0), select.Blob(1)));
    const bool linked = number == range.first ? number > 1 || header.previous == base::Hash256{}
                                              : header.previous == chain.last.hash;
    chain.last = HeadOf(number, select.Blob(0));
    if (!linked || (head && number == head->number && chain.last.hash != head->hash)) {
      return Damaged("table commits, commit " + std::to_string(number) +
                     ": it is not the commit that was made under this number");
    }
    chain.last_header = std::move(header);
    ++chain.commits;
  }
  return chain;
}

base::Error LostCommits(const Head& head, std::uint64_t last) {
  return {.code = base::ErrorCode::kLostRecords,
          .context = "commits " + std::to_string(last + 1) + " to " + std::to_string(head.number) +
                     " were acknowledged and are missing from the database; restore the directory "
                     "from a copy that has them"};
}

base::Result<std::vector<CellTable::Loaded>> LoadCells(sqlite::Database& database,
                                                       CellTable& table) {
  std::vector<CellTable::Loaded> cells;
  PAYLOG_ASSIGN(sqlite::Statement select,
                database.Prepare("SELECT id, content, checksum FROM cells ORDER BY id"));
  while (true) {
    PAYLOG_ASSIGN(const bool row, select.Step());
    if (!row) {
      return cells;
    }
    if (!select.IsBlob(1) || !select.IsInt(2)) {
      return Damaged("table cells: a value has changed its type");
    }
    PAYLOG_ASSIGN(CellTable::Loaded cell, table.Load(select.Int(0), select.Blob(1), select.Int(2)));
    cells.push_back(std::move(cell));
  }
}

// The last batch must end where the partition's cell says, and nothing may lie behind it.
base::Result<void> CheckPartitionEnd(sqlite::Statement& last_batch, const PartitionRef& partition,
                                     base::Offset end) {
  const sqlite::ScopedReset reset(last_batch);
  last_batch.Bind(1, BatchRowId(partition.index, base::Offset(0)))
      .Bind(2, BatchRowId(partition.index, base::Offset(kOffsetMax)));
  PAYLOG_ASSIGN(const bool row, last_batch.Step());
  if (!row && end.value() == 0) {
    return {};
  }
  const std::string where = Describe(partition.name, end);
  if (!row) {
    return Damaged(where + ": the partition should end here, and has no records");
  }
  const base::Result<DecodedBatch> batch = DecodeBatch(last_batch.Int(0), last_batch.Blob(1));
  if (!batch) {
    return batch.error().In(Describe(partition.name, BaseOf(last_batch.Int(0))));
  }
  if (batch->end != end) {
    return Damaged(where + ": the partition should end here, and ends at offset " +
                   std::to_string(batch->end.value()));
  }
  return {};
}

base::Result<void> CheckNoStrangers(sqlite::Database& database, std::size_t partition_count) {
  for (const char* const sql : {"SELECT id FROM batches WHERE id >= ? LIMIT 1",
                                "SELECT id FROM batches WHERE id < 0 AND ? >= 0 LIMIT 1"}) {
    PAYLOG_ASSIGN(sqlite::Statement select, database.Prepare(sql));
    select.Bind(1, static_cast<std::int64_t>(partition_count) << kOffsetBits);
    PAYLOG_ASSIGN(const bool row, select.Step());
    if (row) {
      return Damaged("table batches, row " + std::to_string(select.Int(0)) +
                     ": belongs to no partition");
    }
  }
  return {};
}

base::Result<void> CheckEnds(sqlite::Database& database, const LogState& state) {
  PAYLOG_ASSIGN(sqlite::Statement last_batch,
                database.Prepare("SELECT id, blob FROM batches WHERE id BETWEEN ? AND ? "
                                 "ORDER BY id DESC LIMIT 1"));
  for (const PartitionRef& partition : state.Partitions()) {
    const base::Offset end = state.partitions[static_cast<std::size_t>(partition.index)].end;
    PAYLOG_TRY(CheckPartitionEnd(last_batch, partition, end));
  }
  return CheckNoStrangers(database, state.partitions.size());
}

// Reads all batches of a partition: they must tile [0, end).
base::Result<void> VerifyPartition(sqlite::Database& database, const PartitionRef& partition,
                                   base::Offset end, VerifyReport& report) {
  PAYLOG_ASSIGN(sqlite::Statement select, database.Prepare("SELECT id, blob FROM batches "
                                                           "WHERE id BETWEEN ? AND ? ORDER BY id"));
  select.Bind(1, BatchRowId(partition.index, base::Offset(0)))
      .Bind(2, BatchRowId(partition.index, base::Offset(kOffsetMax)));
  base::Offset next(0);
  while (true) {
    PAYLOG_ASSIGN(const bool row, select.Step());
    if (!row) {
      break;
    }
    const base::Result<DecodedBatch> batch = DecodeBatch(select.Int(0), select.Blob(1));
    if (!batch) {
      return batch.error().In(Describe(partition.name, BaseOf(select.Int(0))));
    }
    if (batch->base != next) {
      return Damaged(Describe(partition.name, next) + ": no batch covers this offset");
    }
    next = batch->end;
    ++report.batches;
    report.records += batch->records.size();
    report.batch_bytes += select.Blob(1).size();
  }
  if (next != end) {
    return Damaged(Describe(partition.name, next) + ": the partition should end at offset " +
                   std::to_string(end.value()));
  }
  return {};
}

base::Result<void> CheckIntegrity(sqlite::Database& database) {
  PAYLOG_ASSIGN(sqlite::Statement check, database.Prepare("PRAGMA integrity_check(1)"));
  PAYLOG_ASSIGN(const bool row, check.Step());
  if (!row || check.Blob(0) != "ok") {
    return Damaged("SQLite's integrity check: " + std::string(row ? check.Blob(0) : "no answer"));
  }
  return {};
}

}  // namespace

base::Result<std::unique_ptr<sqlite::Database>> OpenDatabase(const std::string& path) {
  // The owner's lock keeps other logs out. So who holds the file is not one of us, and a file that
  // is read-only was made so: both are for the operator, as a failing disk is.
  base::Result<std::unique_ptr<sqlite::Database>> database =
      sqlite::Database::Open(path, {.checkpoints = sqlite::Checkpoints::kByCaller,
                                    .held = base::ErrorCode::kIo,
                                    .read_only = base::ErrorCode::kIo});
  if (!database) {
    return database.error().In(path);
  }
  return database;
}

base::Result<bool> HasSchema(sqlite::Database& database) {
  PAYLOG_ASSIGN(sqlite::Statement count, database.Prepare("SELECT count(*) FROM sqlite_master"));
  PAYLOG_TRY(count.Step());
  return count.Int(0) != 0;
}

base::Result<void> CreateSchema(sqlite::Database& database) {
  std::string sql = "BEGIN IMMEDIATE;";
  for (const Table& table : kTables) {
    sql += table.sql;
    sql += ';';
  }
  return database.Execute(sql + "COMMIT");
}

base::Result<Recovered> Recover(sqlite::Database& database, const std::optional<Head>& head) {
  PAYLOG_TRY(CheckSchema(database));
  PAYLOG_ASSIGN(CommitRange range, ReadCommitRange(database));
  if (head && head->number > range.last) {
    return LostCommits(*head, range.last);
  }
  if (head && range.last > 0) {
    range.first = head->number > 0 ? head->number : 1;
  }
  Chain chain;
  if (range.last > 0) {
    PAYLOG_ASSIGN(chain, FollowChain(database, range, head));
  }
  Recovered recovered;
  PAYLOG_ASSIGN(const std::vector<CellTable::Loaded> cells, LoadCells(database, recovered.cells));
  if (recovered.cells.digest() != chain.last_header.cells) {
    return Damaged("table cells: the cells are not those of the last commit, " +
                   std::to_string(range.last));
  }
  PAYLOG_ASSIGN(recovered.state, StateOf(cells));
  recovered.last = chain.last;
  PAYLOG_TRY(CheckEnds(database, recovered.state));
  return recovered;
}

base::Result<VerifyReport> VerifyAll(sqlite::Database& database, const Head& last,
                                     const CellDigest& cells) {
  VerifyReport report;
  PAYLOG_TRY(CheckIntegrity(database));
  PAYLOG_TRY(CheckSchema(database));
  PAYLOG_ASSIGN(const CommitRange range, ReadCommitRange(database));
  if (range.last != last.number) {
    return LostCommits(last, range.last);
  }
  if (range.last > 0) {
    PAYLOG_ASSIGN(const Chain chain, FollowChain(database, range, last));
    report.commits = chain.commits;
  }
  CellTable table;
  PAYLOG_ASSIGN(const std::vector<CellTable::Loaded> loaded, LoadCells(database, table));
  if (table.digest() != cells) {
    return Damaged("table cells: the cells are not those of the last commit");
  }
  report.cells = loaded.size();
  PAYLOG_ASSIGN(const LogState state, StateOf(loaded));
  for (const PartitionRef& partition : state.Partitions()) {
    const base::Offset end = state.partitions[static_cast<std::size_t>(partition.index)].end;
    PAYLOG_TRY(VerifyPartition(database, partition, end, report));
  }
  PAYLOG_TRY(CheckNoStrangers(database, state.partitions.size()));
  return report;
}

}  // namespace paylog::log_sqlite
