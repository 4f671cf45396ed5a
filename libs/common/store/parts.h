#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/sqlite/database.h"

namespace paylog::store {

enum class PartKind : std::int64_t { kBlock = 0, kSegment = 1, kIndex = 2 };

// Behind the last number that a run, or a part of one kind within a run, can have. That of runs is
// one below what fits, so that the number behind the last fits too.
inline constexpr std::int64_t kRunEnd = (std::int64_t{1} << 31) - 1;
inline constexpr std::uint64_t kPartNumberEnd = std::uint64_t{1} << 30;

// Where a part lies; the parts of a run follow each other. Plain value.
// REQUIRES: 0 <= run < kRunEnd, number < kPartNumberEnd
std::int64_t PartId(std::int64_t run, PartKind kind, std::uint64_t number);

struct Part {
  std::int64_t id = 0;
  std::string data;
};

// The table of everything that runs are made of. Takes the lock of the connection for each call, so
// that nobody waits for a whole run. The database must outlive it. Thread-safe.
class PartTable {
 public:
  static constexpr const char* kSchema =
      "CREATE TABLE parts(id INTEGER PRIMARY KEY, data BLOB NOT NULL)";

  static base::Result<PartTable> Open(sqlite::Database& database);

  // kCorrupt where the part is missing or is not the one whose checksum the caller knows.
  base::Result<std::string> Get(std::int64_t id, std::uint64_t checksum);
  // In one transaction of its own.
  base::Result<void> Put(const std::vector<Part>& parts);
  // Deletes parts of runs that are not in `live`: not all where there are many, but about twice as
  // many as were put since the call before, so that they get fewer.
  base::Result<void> CollectGarbage(const std::set<std::int64_t>& live);
  // Deletes the parts of this run and of all with higher numbers.
  base::Result<void> EraseFrom(std::int64_t run);

 private:
  PartTable(sqlite::Database& database, sqlite::Statement get, sqlite::Statement put,
            sqlite::Statement next, sqlite::Statement erase);
  // The first part from `id` on; -1 where there is none.
  base::Result<std::int64_t> NextId(std::int64_t id);
  // Some parts of the run that has this one.
  base::Result<void> EraseSome(std::int64_t id);

  sqlite::Database* database_;
  sqlite::Statement get_;
  sqlite::Statement put_;
  sqlite::Statement next_;
  sqlite::Statement erase_;
  std::size_t put_since_collection_ = 0;  // Guarded by the connection's lock.
};

}  // namespace paylog::store
