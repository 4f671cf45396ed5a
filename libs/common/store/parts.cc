#include "paylog/store/parts.h"

#include <utility>

#include "paylog/base/check.h"
#include "paylog/sqlite/checksum.h"
#include "paylog/sqlite/damage.h"

namespace paylog::store {
namespace {

constexpr int kRunShift = 32;
constexpr int kKindShift = 30;
static_assert(kPartNumberEnd == std::uint64_t{1} << kKindShift);
// How many parts one transaction deletes: a look-up may wait for it.
constexpr std::int64_t kErasedAtOnce = 128;

}  // namespace

std::int64_t PartId(std::int64_t run, PartKind kind, std::uint64_t number) {
  CHECK(run >= 0 && run < kRunEnd);
  CHECK(number < kPartNumberEnd);
  return run << kRunShift | static_cast<std::int64_t>(kind) << kKindShift |
         static_cast<std::int64_t>(number);
}

PartTable::PartTable(sqlite::Database& database, sqlite::Statement get, sqlite::Statement put,
                     sqlite::Statement next, sqlite::Statement erase)
    : database_(&database),
      get_(std::move(get)),
      put_(std::move(put)),
      next_(std::move(next)),
      erase_(std::move(erase)) {}

base::Result<PartTable> PartTable::Open(sqlite::Database& database) {
  const auto lock = database.Lock();
  PAYLOG_ASSIGN(sqlite::Statement get, database.Prepare("SELECT data FROM parts WHERE id = ?"));
  PAYLOG_ASSIGN(sqlite::Statement put,
                database.Prepare("REPLACE INTO parts(id, data) VALUES(?, ?)"));
  PAYLOG_ASSIGN(sqlite::Statement next,
                database.Prepare("SELECT id FROM parts WHERE id >= ? ORDER BY id LIMIT 1"));
  PAYLOG_ASSIGN(sqlite::Statement erase,
                database.Prepare("DELETE FROM parts WHERE id >= ? AND id < ?"));
  return PartTable(database, std::move(get), std::move(put), std::move(next), std::move(erase));
}

base::Result<std::string> PartTable::Get(std::int64_t id, std::uint64_t checksum) {
  const auto lock = database_->Lock();
  const sqlite::ScopedReset reset(get_);
  PAYLOG_ASSIGN(const bool found, get_.Bind(1, id).Step());
  if (!found) {
    return sqlite::Damaged("part " + std::to_string(id) + " is missing");
  }
  std::string data(get_.Blob(0));
  if (!get_.IsBlob(0) || sqlite::Checksum(data) != checksum) {
    return sqlite::Damaged("part " + std::to_string(id) + ": checksum differs");
  }
  return data;
}

base::Result<void> PartTable::Put(const std::vector<Part>& parts) {
  const auto lock = database_->Lock();
  return database_->Atomically([this, &parts]() -> base::Result<void> {
    for (const Part& part : parts) {
      PAYLOG_TRY(put_.Bind(1, part.id).Bind(2, part.data).Run());
    }
    return {};
  });
}

base::Result<void> PartTable::CollectGarbage(const std::set<std::int64_t>& live) {
  PAYLOG_ASSIGN(std::int64_t id, NextId(0));
  while (id >= 0) {
    const std::int64_t run = id >> kRunShift;
    if (live.contains(run)) {
      PAYLOG_ASSIGN(id, NextId((run + 1) << kRunShift));
      continue;
    }
    {
      const auto lock = database_->Lock();
      PAYLOG_TRY(database_->Atomically(
          [this, id] { return erase_.Bind(1, id).Bind(2, id + kErasedAtOnce).Run(); }));
    }
    PAYLOG_ASSIGN(id, NextId(id + kErasedAtOnce));
  }
  return {};
}

base::Result<std::int64_t> PartTable::NextId(std::int64_t id) {
  const auto lock = database_->Lock();
  const sqlite::ScopedReset reset(next_);
  PAYLOG_ASSIGN(const bool found, next_.Bind(1, id).Step());
  if (!found) {
    return -1;
  }
  const std::int64_t next = next_.Int(0);
  if (next < id || next >> kRunShift >= kRunEnd) {
    return sqlite::Damaged("a part has a number that no run has");
  }
  return next;
}

}  // namespace paylog::store
