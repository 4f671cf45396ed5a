#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <sqlite3.h>

#include "paylog/simulation/random.h"
#include "paylog/tests/bench/histogram.h"
#include "paylog/tests/bench/latency_report.h"
#include "paylog/tests/bench/report.h"

// rival_sqlite_tables: double-entry books as tables of an SQLite database in this process. Each
// transfer is refused under an id that was used before, or beyond the debtor's balance, and leaves
// two postings. What it is spared: JSON, accounts by name, outputs for others.
namespace paylog::bench::rivals {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::int64_t kOpeningBalance = 4'000'000'000'000;
constexpr std::uint64_t kAmountMax = 1'000;
constexpr std::size_t kIdBytes = 16;

struct Arguments {
  std::string name;
  std::string file;
  std::string json;
  std::int64_t accounts = 10'000;
  std::int64_t commit_size = 1'000;
  double seconds = 5;
  std::uint64_t seed = 1;
};

[[noreturn]] void Fail(const std::string& what, const std::string& why) {
  std::cerr << "rival_sqlite_tables: " << what << ": " << why << '\n';
  std::exit(1);
}

struct StatementDeleter {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

class Statement {
 public:
  Statement(sqlite3* database, const char* sql) : database_(database) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr) !=
        SQLITE_OK) {
      Fail(sql, sqlite3_errmsg(database));
    }
    statement_.reset(prepared);
  }
  Statement& Bind(int at, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), at, value);
    return *this;
  }
  // REQUIRES: the bytes live until Run.
  Statement& Bind(int at, const std::array<unsigned char, kIdBytes>& bytes) {
    sqlite3_bind_blob(statement_.get(), at, bytes.data(), static_cast<int>(kIdBytes),
                      SQLITE_STATIC);
    return *this;
  }
  // Returns how many rows it changed.
  int Run() {
    if (sqlite3_step(statement_.get()) != SQLITE_DONE) {
      Fail(sqlite3_sql(statement_.get()), sqlite3_errmsg(database_));
    }
    sqlite3_reset(statement_.get());
    return sqlite3_changes(database_);
  }
  // The first column of its only row.
  std::int64_t Number() {
    if (sqlite3_step(statement_.get()) != SQLITE_ROW) {
      Fail(sqlite3_sql(statement_.get()), sqlite3_errmsg(database_));
    }
    const std::int64_t number = sqlite3_column_int64(statement_.get(), 0);
    sqlite3_reset(statement_.get());
    return number;
  }

 private:
  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, StatementDeleter> statement_;
};

sqlite3* Open(const Arguments& arguments) {
  sqlite3* database = nullptr;
  if (sqlite3_open(arguments.file.c_str(), &database) != SQLITE_OK) {
    Fail(arguments.file, sqlite3_errmsg(database));
  }
  const char* const script = R"(
    PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA locking_mode=EXCLUSIVE;
    PRAGMA cache_size=-262144; PRAGMA wal_autocheckpoint=4000;
    CREATE TABLE accounts(number INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
    CREATE TABLE transfers(id BLOB PRIMARY KEY, debtor INTEGER NOT NULL, creditor INTEGER NOT NULL,
                           amount INTEGER NOT NULL, made INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE postings(number INTEGER PRIMARY KEY, transfer BLOB NOT NULL,
                          account INTEGER NOT NULL, amount INTEGER NOT NULL);)";
  if (sqlite3_exec(database, script, nullptr, nullptr, nullptr) != SQLITE_OK) {
    Fail("schema", sqlite3_errmsg(database));
  }
  return database;
}

class Books {
 public:
  explicit Books(sqlite3* database) : database_(database) {}

  void OpenAccounts(std::int64_t count) {
    Statement insert(database_, "INSERT INTO accounts VALUES(?1, ?2)");
    Begin();
    for (std::int64_t number = 0; number < count; ++number) {
      insert.Bind(1, number).Bind(2, kOpeningBalance).Run();
    }
    Commit();
  }
  void Begin() { begin_.Run(); }
  void Commit() { commit_.Run(); }

  // Whether it was made: not under an id that is known, nor beyond the balance.
  bool Transfer(const std::array<unsigned char, kIdBytes>& id, std::int64_t debtor,
                std::int64_t creditor, std::int64_t amount, std::int64_t time) {
    if (transfer_.Bind(1, id)
            .Bind(2, debtor)
            .Bind(3, creditor)
            .Bind(4, amount)
            .Bind(5, time)
            .Run() != 1) {
      return false;
    }
    if (debit_.Bind(1, debtor).Bind(2, amount).Run() != 1) {
      Fail("a transfer", "the money does not suffice, which this workload never asks for");
    }
    credit_.Bind(1, creditor).Bind(2, amount).Run();
    posting_.Bind(1, id).Bind(2, debtor).Bind(3, -amount).Run();
    posting_.Bind(2, creditor).Bind(3, amount).Run();
    return true;
  }

  // That the books balance and hold so many transfers; ends the process where they do not.
  void Check(std::int64_t transfers) {
    const auto expect = [&](const char* what, const char* sql, std::int64_t expected) {
      const std::int64_t found = Statement(database_, sql).Number();
      if (found != expected) {
        Fail(what, std::to_string(found) + " in place of " + std::to_string(expected));
      }
    };
    expect("transfers", "SELECT count(*) FROM transfers", transfers);
    expect("postings", "SELECT count(*) FROM postings", 2 * transfers);
    expect("sum of postings", "SELECT coalesce(sum(amount), 0) FROM postings", 0);
    expect("postings that are not their transfers'",
           "SELECT (SELECT coalesce(sum(amount), 0) FROM transfers)"
           " - (SELECT coalesce(sum(amount), 0) FROM postings WHERE amount > 0)",
           0);
    const std::string wrong =
        "SELECT count(*) FROM accounts LEFT JOIN (SELECT account, sum(amount) AS moved"
        " FROM postings GROUP BY account) ON account = number"
        " WHERE balance <> " +
        std::to_string(kOpeningBalance) + " + coalesce(moved, 0)";
    expect("balances that are not their postings'", wrong.c_str(), 0);
  }

 private:
  sqlite3* database_;
  Statement begin_{database_, "BEGIN IMMEDIATE"};
  Statement commit_{database_, "COMMIT"};
  Statement transfer_{database_,
                      "INSERT INTO transfers VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"};
  Statement debit_{
      database_, "UPDATE accounts SET balance = balance - ?2 WHERE number = ?1 AND balance >= ?2"};
  Statement credit_{database_, "UPDATE accounts SET balance = balance + ?2 WHERE number = ?1"};
  Statement posting_{database_,
                     "INSERT INTO postings(transfer, account, amount) VALUES(?1, ?2, ?3)"};
};

// Time-ordered: the number first, then chance.
std::array<unsigned char, kIdBytes> MakeId(std::uint64_t number, std::uint64_t chance) {
  std::array<unsigned char, kIdBytes> id{};
  for (std::size_t i = 0; i < kIdBytes / 2; ++i) {
    const std::size_t shift = 8 * (kIdBytes / 2 - 1 - i);
    id[i] = static_cast<unsigned char>(number >> shift);
    id[kIdBytes / 2 + i] = static_cast<unsigned char>(chance >> shift);
  }
  return id;
}

void Work(const Arguments& arguments, Books& books, Report& report) {
  simulation::Random random(arguments.seed, "sqlite");
  const auto accounts = static_cast<std::uint64_t>(arguments.accounts);
  Histogram commits;
  std::int64_t made = 0;
  const auto begin = SteadyClock::now();
  const auto deadline = begin + std::chrono::duration_cast<SteadyClock::duration>(
                                    std::chrono::duration<double>(arguments.seconds));
  auto now = begin;
  while (now < deadline) {
    books.Begin();
    for (std::int64_t i = 0; i < arguments.commit_size; ++i) {
      const std::uint64_t debtor = random.Below(accounts);
      const std::uint64_t creditor = (debtor + 1 + random.Below(accounts - 1)) % accounts;
      const auto amount = static_cast<std::int64_t>(1 + random.Below(kAmountMax));
      const auto id = MakeId(static_cast<std::uint64_t>(made), random.Next());
      made += books.Transfer(id, static_cast<std::int64_t>(debtor),
                             static_cast<std::int64_t>(creditor), amount, made)
                  ? 1
                  : 0;
    }
    books.Commit();
    const auto committed = SteadyClock::now();
    commits.Add((committed - now).count());
    now = committed;
  }
  if (made == 0) {
    Fail("transfers", "none was made");
  }
  books.Check(made);
  report.Add(arguments.name,
             static_cast<double>(made) / std::chrono::duration<double>(now - begin).count(),
             "payments/s");
  AddLatency(arguments.name, commits, report);
}

int Main(int argc, const char* const* argv) {
  CLI::App app("Double-entry books in tables of SQLite: WAL, synchronous=FULL");
  Arguments arguments;
  app.add_option("--name", arguments.name, "What the figures are called")->required();
  app.add_option("--file", arguments.file, "A database that is not there yet")->required();
  app.add_option("--commit-size", arguments.commit_size, "Transfers in one transaction");
  app.add_option("--accounts", arguments.accounts);
  app.add_option("--seconds", arguments.seconds);
  app.add_option("--json", arguments.json, "Write the figures to this file too");
  CLI11_PARSE(app, argc, argv);
  Report report;
  sqlite3* database = Open(arguments);
  {
    Books books(database);
    books.OpenAccounts(arguments.accounts);
    Work(arguments, books, report);
  }
  sqlite3_close(database);
  return arguments.json.empty() || report.WriteJson(arguments.json) ? 0 : 1;
}

}  // namespace
}  // namespace paylog::bench::rivals

int main(int argc, char** argv) {
  return paylog::bench::rivals::Main(argc, argv);
}
