#include "paylog/store/schema.h"

#include <string>

#include "paylog/sqlite/damage.h"
#include "paylog/store/parts.h"

namespace paylog::store {
namespace {

constexpr const char* kMetaSchema = "CREATE TABLE meta(id INTEGER PRIMARY KEY, data BLOB NOT NULL)";
// The version of everything in the file, as SQLite's user_version.
constexpr const char* kFormat = "2";
// The texts of all tables, as SQLite keeps them.
constexpr const char* kSchemaQuery =
    "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)";

base::Result<void> Create(sqlite::Database& database) {
  return database.Atomically([&database]() -> base::Result<void> {
    PAYLOG_TRY(database.Execute(kMetaSchema));
    PAYLOG_TRY(database.Execute(PartTable::kSchema));
    PAYLOG_TRY(database.Execute(std::string("PRAGMA user_version=") + kFormat));
    return PutMetaRow(database, MetaRow{});
  });
}

base::Result<MetaRow> ReadMetaRow(sqlite::Database& database) {
  PAYLOG_ASSIGN(sqlite::Statement get, database.Prepare("SELECT data FROM meta WHERE id = 1"));
  PAYLOG_ASSIGN(const bool found, get.Step());
  if (!found || !get.IsBlob(0)) {
    return sqlite::Damaged("meta row is missing");
  }
  return DecodeMetaRow(get.Blob(0));
}

}  // namespace

base::Result<MetaRow> OpenSchema(sqlite::Database& database) {
  const auto lock = database.Lock();
  PAYLOG_ASSIGN(const std::string format, database.Query("PRAGMA user_version"));
  PAYLOG_ASSIGN(const std::string tables, database.Query(kSchemaQuery));
  // Both together, since damage to one of them must not pass for a new file.
  if (format == "0" && tables.empty()) {
    PAYLOG_TRY(Create(database));
  } else if (format != kFormat) {
    return sqlite::Damaged("format " + format + ", where this program knows " + kFormat);
  } else if (tables != std::string(kMetaSchema) + ';' + PartTable::kSchema) {
    return sqlite::Damaged("the tables are others than a store has");
  }
  return ReadMetaRow(database);
}

base::Result<void> PutMetaRow(sqlite::Database& database, const MetaRow& row) {
  PAYLOG_ASSIGN(sqlite::Statement put,
                database.Prepare("REPLACE INTO meta(id, data) VALUES(1, ?)"));
  const std::string data = Encode(row);
  return put.Bind(1, data).Run();
}

}  // namespace paylog::store
