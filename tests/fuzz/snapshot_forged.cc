#include <cstdint>
#include <string>

#include "paylog/base/bytes.h"
#include "paylog/base/check.h"
#include "paylog/sqlite/checksum.h"
#include "paylog/sqlite/compression.h"
#include "paylog/sqlite/database.h"
#include "paylog/store/parts.h"
#include "paylog/store/snapshot_store.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"
#include "paylog/tests/fuzz/patches.h"
#include "paylog/tests/fuzz/snapshot_fixture.h"
#include "paylog/tests/fuzz/targets.h"

// No checksum stands between the fuzzer and the code behind it: parts are changed, and every
// checksum above them is made to fit. Such a file is nobody's damage, and may hold anything; but
// what it holds ends no process.
namespace paylog::fuzz {
namespace {

using store::PartId;
using store::PartKind;
using test_support::Must;

// The oldest run of ids; that of rows comes before it.
constexpr std::int64_t kRun = 1;
constexpr std::size_t kRawBytesMax = std::size_t{1} << 20;
constexpr std::size_t kChecksumBytes = sizeof(std::uint64_t);

std::unique_ptr<sqlite::Database> OpenDatabase(const std::string& path) {
  return Must(sqlite::Database::Open(path, {}));
}

std::string Get(sqlite::Database& database, const std::string& table, std::int64_t id) {
  auto statement = Must(database.Prepare("SELECT data FROM " + table + " WHERE id = ?"));
  CHECK(Must(statement.Bind(1, id).Step()));
  return std::string(statement.Blob(0));
}

void Put(sqlite::Database& database, const std::string& table, std::int64_t id,
         const std::string& data) {
  auto statement = Must(database.Prepare("REPLACE INTO " + table + "(id, data) VALUES(?, ?)"));
  Must(statement.Bind(1, id).Bind(2, data).Run());
}

std::string LittleEndian(std::uint64_t value) {
  std::string bytes;
  base::ByteWriter(bytes).U64(value);
  return bytes;
}

// Where `above` names the checksum of a part, it names that of the new bytes.
void Relink(std::string& above, const std::string& before, const std::string& now) {
  const std::size_t at = above.find(LittleEndian(sqlite::Checksum(before)));
  if (at != std::string::npos) {
    above.replace(at, kChecksumBytes, LittleEndian(sqlite::Checksum(now)));
  }
}

// The parts of the run, and the meta row, as they are stored.
struct Parts {
  explicit Parts(const std::string& path) {
    const auto database = OpenDatabase(path);
    stored_blocks = {Get(*database, "parts", PartId(kRun, PartKind::kBlock, 0)),
                     Get(*database, "parts", PartId(kRun, PartKind::kBlock, 1))};
    segment = Get(*database, "parts", PartId(kRun, PartKind::kSegment, 0));
    index = Get(*database, "parts", PartId(kRun, PartKind::kIndex, 0));
    meta = Get(*database, "meta", 1);
  }

  std::vector<std::string> stored_blocks;
  std::string segment;
  std::string index;
  std::string meta;
};

// What a patch's file is here.
enum PartFile : std::uint8_t { kBlock0, kBlock1, kSegment, kIndex, kMeta };
constexpr std::uint8_t kPartFileCount = 5;

void PatchOne(const Damage& damage, std::uint8_t file, std::string& contents) {
  for (const Patch& patch : damage.patches) {
    if (patch.file % kPartFileCount == file) {
      Apply(patch, contents);
    }
  }
}

// From below to above, since each layer names the one below it.
void Forge(const Parts& parts, const Damage& damage, sqlite::Database& database) {
  std::string segment = parts.segment;
  for (const std::uint8_t block : {kBlock0, kBlock1}) {
    std::string raw = Must(sqlite::Decompress(parts.stored_blocks[block], kRawBytesMax));
    PatchOne(damage, block, raw);
    const std::string stored = sqlite::Compress(raw);
    Relink(segment, parts.stored_blocks[block], stored);
    Put(database, "parts", PartId(kRun, PartKind::kBlock, block), stored);
  }
  PatchOne(damage, kSegment, segment);
  std::string index = parts.index;
  Relink(index, parts.segment, segment);
  PatchOne(damage, kIndex, index);
  std::string meta = parts.meta.substr(0, parts.meta.size() - kChecksumBytes);
  Relink(meta, parts.index, index);
  PatchOne(damage, kMeta, meta);
  meta += LittleEndian(sqlite::Checksum(meta));
  Put(database, "parts", PartId(kRun, PartKind::kSegment, 0), segment);
  Put(database, "parts", PartId(kRun, PartKind::kIndex, 0), index);
  Put(database, "meta", 1, meta);
}

void CheckCorrupt(const base::Error& error) {
  CHECK(error.code == base::ErrorCode::kCorrupt);
}

}  // namespace

void FuzzOneSnapshotForged(Bytes input) {
  static const SnapshotFixture kFixture;
  static const test_support::TemporaryDirectory kDirectory;
  const std::string path = kDirectory.In("snapshot/s");
  WriteFiles(kDirectory.In("snapshot"), kFixture.closed);
  static const Parts kParts(path);
  Forge(kParts, ReadDamage(input), *OpenDatabase(path));
  const auto store = store::SnapshotStore::Open(path);
  if (!store) {
    CheckCorrupt(store.error());
    return;
  }
  for (const char* const key : {"id 0", "id 1", "id 25", "id 39", "id 99", "", "\xff"}) {
    const auto found = (*store)->FindId(key);
    if (!found) {
      CheckCorrupt(found.error());
    }
  }
  if (const auto read = ReadSnapshot(**store); !read) {
    CheckCorrupt(read.error());
  }
  // Merges all runs.
  const auto written =
      (*store)->Write({.meta = "next", .rows = {{"row", "next"}}, .ids = {{"id 7", "next"}}});
  if (!written) {
    CheckCorrupt(written.error());
  }
}

}  // namespace paylog::fuzz
