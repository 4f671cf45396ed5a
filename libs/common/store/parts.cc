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
// How many transactions delete parts even where few were put.
constexpr std::size_t kSlicesMin = 8;

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
                database.Prepare("DELETE FROM parts WHERE id IN "
                                 "(SELECT id FROM parts WHERE id >= ? AND id < ? LIMIT ?)"));
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
  put_since_collection_ += parts.size();
  return database_->Atomically([this, &parts]() -> base::Result<void> {
    for (const Part& part : parts) {
      PAYLOG_TRY(put_.Bind(1, part.id).Bind(2, part.data).Run());
    }
    return {};
  });
}

base::Result<void> PartTable::CollectGarbage(const std::set<std::int64_t>& live) {
  std::size_t put = 0;
  {
    const auto lock = database_->Lock();
    put = put_since_collection_;
  }
  std::size_t slices = kSlicesMin + 2 * put / kErasedAtOnce;
  PAYLOG_ASSIGN(std::int64_t id, NextId(0));
  while (id >= 0 && slices > 0) {
    if (const std::int64_t run = id >> kRunShift; live.contains(run)) {
      PAYLOG_ASSIGN(id, NextId((run + 1) << kRunShift));
      continue;
    }
    PAYLOG_TRY(EraseSome(id));
    PAYLOG_ASSIGN(id, NextId(id));
    --slices;
  }
  const auto lock = database_->Lock();
  put_since_collection_ -= put;
  return {};
}

base::Result<void> PartTable::EraseFrom(std::int64_t run) {
  PAYLOG_ASSIGN(std::int64_t id, NextId(run << kRunShift));
  while (id >= 0) {
    PAYLOG_TRY(EraseSome(id));
    // On from behind what is gone even if it is not, as in a damaged file: so this comes to an end.
    PAYLOG_ASSIGN(id, NextId(id + 1));
  }
  return {};
}

base::Result<void> PartTable::EraseSome(std::int64_t id) {
  const std::int64_t end = ((id >> kRunShift) + 1) << kRunShift;
  const auto lock = database_->Lock();
  return database_->Atomically(
      [&] { return erase_.Bind(1, id).Bind(2, end).Bind(3, kErasedAtOnce).Run(); });
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
