#pragma once

#include "paylog/base/result.h"
#include "paylog/sqlite/database.h"
#include "paylog/store/meta_row.h"

namespace paylog::store {

// Makes the tables of a new store, or proves that the file holds exactly those; kCorrupt if not.
// Returns the snapshot that is there. Takes the lock of the connection.
base::Result<MetaRow> OpenSchema(sqlite::Database& database);

// Replaces the meta row. REQUIRES: a transaction is open and the lock is held.
base::Result<void> PutMetaRow(sqlite::Database& database, const MetaRow& row);

}  // namespace paylog::store
