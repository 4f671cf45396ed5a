#include "paylog/store/row_table.h"

#include <cstddef>
#include <utility>

#include "paylog/sqlite/damage.h"

namespace paylog::store {
namespace {

// How many rows are written while look-ups of ids wait.
constexpr std::size_t kRowsAtOnce = 64;

std::int64_t StoredForm(RowDigest digest) {
  return static_cast<std::int64_t>(digest.low);
}

}  // namespace

RowTable::RowTable(sqlite::Database& database, sqlite::Statement all, sqlite::Statement get,
                   sqlite::Statement put)
    : database_(&database), all_(std::move(all)), get_(std::move(get)), put_(std::move(put)) {}

base::Result<RowTable> RowTable::Open(sqlite::Database& database) {
  const auto lock = database.Lock();
  PAYLOG_ASSIGN(sqlite::Statement all,
                database.Prepare("SELECT key, value, checksum FROM rows ORDER BY key"));
  PAYLOG_ASSIGN(sqlite::Statement get,
                database.Prepare("SELECT value, checksum FROM rows WHERE key = ?"));
  PAYLOG_ASSIGN(sqlite::Statement put,
                database.Prepare("REPLACE INTO rows(key, value, checksum) VALUES(?, ?, ?)"));
  return RowTable(database, std::move(all), std::move(get), std::move(put));
}

base::Result<void> RowTable::ForEach(
    const RowTotals& totals,
    const std::function<void(std::string_view key, std::string_view value)>& visit) {
  const auto lock = database_->Lock();
  const sqlite::ScopedReset reset(all_);
  RowTotals seen;
  PAYLOG_ASSIGN(bool more, all_.Step());
  while (more) {
    const RowDigest digest = DigestOf(all_.Blob(0), all_.Blob(1));
    if (!all_.IsBlob(0) || !all_.IsBlob(1) || !all_.IsInt(2) || all_.Int(2) != StoredForm(digest)) {
      return sqlite::Damaged("row: checksum differs");
    }
    ++seen.count;
    seen.digest = seen.digest + digest;
    visit(all_.Blob(0), all_.Blob(1));
    PAYLOG_ASSIGN(more, all_.Step());
  }
  if (seen != totals) {
    return sqlite::Damaged("the rows are not those of the snapshot: " + std::to_string(seen.count) +
                           " of " + std::to_string(totals.count));
  }
  return {};
}

base::Result<void> RowTable::Upsert(const std::map<std::string, std::string>& rows,
                                    RowTotals& totals) {
  for (auto row = rows.begin(); row != rows.end();) {
    const auto lock = database_->Lock();
    if (!database_->InTransaction()) {
      return base::Error{.code = base::ErrorCode::kIo,
                         .context = "SQLite ended the transaction after an error of a look-up"};
    }
    for (std::size_t i = 0; i < kRowsAtOnce && row != rows.end(); ++i, ++row) {
      PAYLOG_TRY(UpsertOne(row->first, row->second, totals));
    }
  }
  return {};
}

base::Result<void> RowTable::UpsertOne(std::string_view key, std::string_view value,
                                       RowTotals& totals) {
  {
    const sqlite::ScopedReset reset(get_);
    PAYLOG_ASSIGN(const bool exists, get_.Bind(1, key).Step());
    if (exists) {
      const RowDigest old = DigestOf(key, get_.Blob(0));
      if (!get_.IsBlob(0) || !get_.IsInt(1) || get_.Int(1) != StoredForm(old)) {
        return sqlite::Damaged("row: checksum differs");
      }
      totals.digest = totals.digest - old;
      --totals.count;
    }
  }
  const RowDigest digest = DigestOf(key, value);
  totals.digest = totals.digest + digest;
  ++totals.count;
  return put_.Bind(1, key).Bind(2, value).Bind(3, StoredForm(digest)).Run();
}

}  // namespace paylog::store
