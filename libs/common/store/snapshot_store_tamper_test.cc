#include <string>

#include <gtest/gtest.h>

#include "paylog/sqlite/database.h"
#include "paylog/store/parts.h"
#include "paylog/store/snapshot_store.h"
#include "paylog/store/testing.h"
#include "paylog/test_support/temporary_directory.h"

// Changes that SQLite itself cannot notice, made through SQL: what is missing, moved or from
// another time is found out although every row and every part that is there is sound.
namespace paylog::store {
namespace {

using base::ErrorCode;
using test_support::TemporaryDirectory;

constexpr int kSnapshots = 2;

// Which runs hold what a snapshot adds.
constexpr int RowRun(int snapshot) {
  return 2 * snapshot;
}

constexpr int IdRun(int snapshot) {
  return 2 * snapshot + 1;
}

class SnapshotStoreTamper : public testing::Test {
 protected:
  SnapshotStoreTamper() {
    const auto store = MustOpen(path_);
    for (int i = 0; i < kSnapshots; ++i) {
      const std::string n = std::to_string(i);
      OwnedChanges changes{.meta = n, .rows = {{"a", n}, {"b", n}, {"c" + n, n}}};
      // So many at first that the second run is not merged with it.
      for (int row = 0; i == 0 && row < 3'000; ++row) {
        changes.rows["row" + std::to_string(row)] = std::string(500, 'v');
      }
      for (int id = 0; id < 1'000; ++id) {
        changes.ids["id" + std::to_string(id) + "." + n] = std::string(100, 'v');
      }
      CHECK(store->Write(changes).has_value());
    }
  }

  void Sql(const std::string& sql) {
    const base::Result<std::unique_ptr<sqlite::Database>> database =
        sqlite::Database::Open(path_, {});
    ASSERT_TRUE(database.has_value());
    const base::Result<void> done = (*database)->Execute(sql);
    ASSERT_TRUE(done.has_value()) << done.error().ToString();
  }

  void ExpectOpenRefuses() {
    const auto store = SnapshotStore::Open(path_);
    ASSERT_FALSE(store.has_value());
    EXPECT_EQ(store.error().code, ErrorCode::kCorrupt);
  }

  void ExpectRowsRefused() {
    const base::Result<void> read = MustOpen(path_)->ForEachRow([](auto, auto) {});
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  }

  // Every id that the damaged snapshot added is refused or found, none is missing.
  void ExpectIdsRefused(int snapshot) {
    const auto store = MustOpen(path_);
    int refused = 0;
    for (int id = 0; id < 1'000; ++id) {
      const auto found = store->FindId("id" + std::to_string(id) + "." + std::to_string(snapshot));
      refused += found.has_value() ? 0 : 1;
      EXPECT_TRUE(!found.has_value() || found->has_value());
      EXPECT_TRUE(found.has_value() || found.error().code == ErrorCode::kCorrupt);
    }
    EXPECT_GT(refused, 0);
    const base::Result<void> walk = store->ForEachId([](auto, auto) {});
    ASSERT_FALSE(walk.has_value());
    EXPECT_EQ(walk.error().code, ErrorCode::kCorrupt);
  }

  static std::string Id(std::int64_t run, PartKind kind, std::uint64_t number) {
    return std::to_string(PartId(run, kind, number));
  }

  const TemporaryDirectory directory_;
  const std::string path_ = directory_.In("s");
};

TEST_F(SnapshotStoreTamper, AMissingBlockOfRowsIsFoundOut) {
  Sql("DELETE FROM parts WHERE id = " + Id(RowRun(0), PartKind::kBlock, 0));
  ExpectRowsRefused();
}

TEST_F(SnapshotStoreTamper, AMissingSegmentOrIndexOfRowsIsFoundOut) {
  Sql("DELETE FROM parts WHERE id = " + Id(RowRun(0), PartKind::kSegment, 1));
  ExpectRowsRefused();
  Sql("DELETE FROM parts WHERE id = " + Id(RowRun(1), PartKind::kIndex, 0));
  ExpectOpenRefuses();
}

TEST_F(SnapshotStoreTamper, RowsFromAnotherTimeAreFoundOut) {
  for (const PartKind kind : {PartKind::kBlock, PartKind::kSegment}) {
    Sql("REPLACE INTO parts SELECT " + Id(RowRun(1), kind, 0) +
        ", data FROM parts WHERE id = " + Id(RowRun(0), kind, 0));
    ExpectRowsRefused();
  }
}

TEST_F(SnapshotStoreTamper, RowsOfAnotherStoreAreFoundOut) {
  const std::string other = directory_.In("other");
  ASSERT_TRUE(MustOpen(other)->Write(OwnedChanges{.meta = "0", .rows = {{"a", "0"}}}).has_value());
  Sql("ATTACH '" + other +
      "' AS other; REPLACE INTO main.parts SELECT * FROM other.parts "
      "WHERE id = " +
      Id(RowRun(0), PartKind::kBlock, 0));
  ExpectRowsRefused();
}

TEST_F(SnapshotStoreTamper, AMissingIndexBlockOrSegmentIsFoundOut) {
  Sql("DELETE FROM parts WHERE id = " + Id(IdRun(0), PartKind::kBlock, 0));
  ExpectIdsRefused(0);
  Sql("DELETE FROM parts WHERE id = " + Id(IdRun(1), PartKind::kSegment, 0));
  ExpectIdsRefused(1);
  Sql("DELETE FROM parts WHERE id = " + Id(IdRun(1), PartKind::kIndex, 0));
  ExpectOpenRefuses();
}

TEST_F(SnapshotStoreTamper, APartInThePlaceOfAnotherIsFoundOut) {
  for (const PartKind kind : {PartKind::kBlock, PartKind::kSegment}) {
    Sql("REPLACE INTO parts SELECT " + Id(IdRun(1), kind, 0) +
        ", data FROM parts WHERE id = " + Id(IdRun(0), kind, 0));
    ExpectIdsRefused(1);
  }
  Sql("REPLACE INTO parts SELECT " + Id(IdRun(1), PartKind::kIndex, 0) +
      ", data FROM parts WHERE id = " + Id(IdRun(0), PartKind::kIndex, 0));
  ExpectOpenRefuses();
}

TEST_F(SnapshotStoreTamper, PartsOfNoRunAreRemoved) {
  Sql("INSERT INTO parts SELECT id + (7 << 32), data FROM parts");
  ASSERT_TRUE(ReadModel(*MustOpen(path_)).has_value());
  const base::Result<std::unique_ptr<sqlite::Database>> database =
      sqlite::Database::Open(path_, {});
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(*(*database)->Query("SELECT count(*) FROM parts WHERE id >= 4 << 32"), "0");
}

// Their numbers will be given again; what has others may wait.
TEST_F(SnapshotStoreTamper, PartsOfADeadWriteAreRemovedAtOnce) {
  Sql("WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 2999) "
      "INSERT INTO parts SELECT (9 << 32) + n, x'00' FROM n");
  ASSERT_TRUE(ReadModel(*MustOpen(path_)).has_value());
  const auto database = sqlite::Database::Open(path_, {});
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(*(*database)->Query("SELECT count(*) FROM parts WHERE id >= 4 << 32"), "0");
}

TEST_F(SnapshotStoreTamper, AMissingMetaRowIsNoNewStore) {
  Sql("DELETE FROM meta");
  ExpectOpenRefuses();
}

TEST_F(SnapshotStoreTamper, OtherTablesOrAnotherFormatAreRefused) {
  Sql("PRAGMA user_version = 0");
  ExpectOpenRefuses();
  Sql("PRAGMA user_version = 1");
  ExpectOpenRefuses();
  Sql("PRAGMA user_version = 2; CREATE TABLE more(x)");
  ExpectOpenRefuses();
  Sql("DROP TABLE more; ALTER TABLE parts RENAME TO rows");
  ExpectOpenRefuses();
}

}  // namespace
}  // namespace paylog::store
