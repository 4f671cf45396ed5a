#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/sqlite/database.h"
#include "paylog/store/row_digest.h"

namespace paylog::store {

// Count and digest of all rows, kept up to date by each change, so that one that vanished or came
// back from another time is proven. Plain value.
struct RowTotals {
  std::uint64_t count = 0;
  RowDigest digest;

  friend bool operator==(const RowTotals&, const RowTotals&) = default;
};

// The table of named rows. Takes the lock of the connection for each call. The database must
// outlive it. Not thread-safe otherwise.
class RowTable {
 public:
  static constexpr const char* kSchema =
      "CREATE TABLE rows(key BLOB PRIMARY KEY, value BLOB NOT NULL, checksum INTEGER NOT NULL) "
      "WITHOUT ROWID";

  static base::Result<RowTable> Open(sqlite::Database& database);

  // In order of key. kCorrupt for a damaged row, and at the end where the rows are not those that
  // `totals` was made from.
  base::Result<void> ForEach(
      const RowTotals& totals,
      const std::function<void(std::string_view key, std::string_view value)>& visit);

  // REQUIRES: a transaction is open. Gives the connection away now and then, and fails if somebody
  // who used it then has ended the transaction.
  base::Result<void> Upsert(const std::map<std::string, std::string>& rows, RowTotals& totals);

 private:
  RowTable(sqlite::Database& database, sqlite::Statement all, sqlite::Statement get,
           sqlite::Statement put);
  base::Result<void> UpsertOne(std::string_view key, std::string_view value, RowTotals& totals);

  sqlite::Database* database_;
  sqlite::Statement all_;
  sqlite::Statement get_;
  sqlite::Statement put_;
};

}  // namespace paylog::store
