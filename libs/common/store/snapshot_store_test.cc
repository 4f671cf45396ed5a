#include "paylog/store/snapshot_store.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "paylog/sqlite/database.h"
#include "paylog/store/meta_row.h"
#include "paylog/store/testing.h"
#include "paylog/test_support/file_size_limit.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

namespace paylog::store {
namespace {

using base::ErrorCode;
using test_support::FileSizeLimit;
using test_support::Must;
using test_support::TemporaryDirectory;

void ExpectHolds(SnapshotStore& store, const Model& expected) {
  const base::Result<Model> found = ReadModel(store);
  ASSERT_TRUE(found.has_value()) << found.error().ToString();
  EXPECT_EQ(found->meta, expected.meta);
  EXPECT_TRUE(found->rows == expected.rows);
  EXPECT_TRUE(found->ids == expected.ids);
}

std::optional<std::string> MustFind(SnapshotStore& store, std::string_view key) {
  base::Result<std::optional<std::string>> found = store.FindId(key);
  if (!found) {
    ADD_FAILURE() << found.error().ToString();
    return std::nullopt;
  }
  return *found;
}

TEST(SnapshotStore, IsEmptyBeforeTheFirstSnapshot) {
  const TemporaryDirectory directory;
  for (int opened = 0; opened < 2; ++opened) {
    const auto store = MustOpen(directory.In("s"));
    ExpectHolds(*store, Model{});
    EXPECT_EQ(MustFind(*store, "id"), std::nullopt);
  }
}

TEST(SnapshotStore, GivesBackArbitraryBytesAlsoAfterReopening) {
  const TemporaryDirectory directory;
  const std::string zeros("\0\0", 2);
  const OwnedChanges changes{
      .meta = zeros + "meta",
      .rows = {{"", "empty key"}, {zeros, ""}, {"\xff", std::string(10'000, 'r')}},
      .ids = {
          {"", "empty key"}, {zeros, ""}, {std::string(200, '\xff'), std::string(10'000, 'i')}}};
  Model expected;
  expected.Apply(changes);
  {
    const auto store = MustOpen(directory.In("s"));
    ASSERT_TRUE(store->Write(changes).has_value());
    ExpectHolds(*store, expected);
  }
  const auto store = MustOpen(directory.In("s"));
  ExpectHolds(*store, expected);
  for (const auto& [key, value] : changes.ids) {
    EXPECT_EQ(MustFind(*store, key), value);
  }
  for (const std::string& absent :
       {std::string("\0", 1), std::string(201, '\xff'), std::string("m")}) {
    EXPECT_EQ(MustFind(*store, absent), std::nullopt);
  }
}

TEST(SnapshotStore, TheNewestValueWins) {
  const TemporaryDirectory directory;
  const auto store = MustOpen(directory.In("s"));
  Model expected;
  // Past two levels of merging, so that the id is overridden within and across merges.
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    const OwnedChanges changes{
        .meta = n, .rows = {{"row", n}, {"row" + n, n}}, .ids = {{"id", n}, {"id" + n, n}}};
    ASSERT_TRUE(store->Write(changes).has_value());
    expected.Apply(changes);
    EXPECT_EQ(MustFind(*store, "id"), n);
  }
  ExpectHolds(*store, expected);
}

TEST(SnapshotStore, ASnapshotMayChangeNothingButMeta) {
  const TemporaryDirectory directory;
  const auto store = MustOpen(directory.In("s"));
  ASSERT_TRUE(store->Write(OwnedChanges{.meta = "1", .rows = {{"r", "v"}}, .ids = {{"i", "v"}}})
                  .has_value());
  ASSERT_TRUE(store->Write(OwnedChanges{.meta = "2"}).has_value());
  ExpectHolds(*store, {.meta = "2", .rows = {{"r", "v"}}, .ids = {{"i", "v"}}});
}

// Random upserts of every size against a map, with the store reopened now and then.
TEST(SnapshotStore, AgreesWithAMapOverManyMerges) {
  const std::uint64_t seed = PrintedSeed();
  Random random(seed);
  const TemporaryDirectory directory;
  auto store = MustOpen(directory.In("s"));
  Model expected;
  for (int i = 0; i < 90; ++i) {
    OwnedChanges changes{.meta = std::to_string(i)};
    for (std::uint64_t n = Below(random, 40); n > 0; --n) {
      changes.rows["row" + std::to_string(Below(random, 500))] =
          RandomBytes(random, Below(random, 300));
    }
    const std::uint64_t value_bytes = Below(random, 20) == 0 ? 10'000 : 200;
    for (std::uint64_t n = Below(random, 300); n > 0; --n) {
      changes.ids["id" + std::to_string(Below(random, 20'000))] =
          RandomBytes(random, Below(random, value_bytes));
    }
    ASSERT_TRUE(store->Write(changes).has_value());
    expected.Apply(changes);
    if (Below(random, 10) == 0) {
      store.reset();
      store = MustOpen(directory.In("s"));
      ExpectHolds(*store, expected);
    }
    for (int look_up = 0; look_up < 100; ++look_up) {
      const std::string key = "id" + std::to_string(Below(random, 20'000));
      const auto wanted = expected.ids.find(key);
      EXPECT_EQ(MustFind(*store, key), wanted == expected.ids.end()
                                           ? std::nullopt
                                           : std::optional<std::string>(wanted->second));
    }
  }
  ExpectHolds(*store, expected);
  for (const auto& [key, value] : expected.ids) {
    EXPECT_EQ(MustFind(*store, key), value);
  }
}

TEST(SnapshotStore, RefusesAFileOfAnotherKind) {
  const TemporaryDirectory directory;
  std::ofstream(directory.In("s")) << std::string(10'000, 'x');
  const auto store = SnapshotStore::Open(directory.In("s"));
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::kCorrupt);
}

TEST(SnapshotStore, SaysWhereTheFileSystemFails) {
  const TemporaryDirectory directory;
  const auto store = SnapshotStore::Open(directory.In("no/such/directory/s"));
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::kIo);
}

TEST(SnapshotStore, HasOneOwner) {
  const TemporaryDirectory directory;
  const auto store = MustOpen(directory.In("s"));
  const auto second = SnapshotStore::Open(directory.In("s"));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_TRUE(store->Write(OwnedChanges{.meta = "1"}).has_value());
}

TEST(SnapshotStore, DiscardLeavesNothing) {
  const TemporaryDirectory directory;
  const std::string path = directory.In("s");
  ASSERT_TRUE(MustOpen(path)->Write(OwnedChanges{.meta = "1", .ids = {{"i", "v"}}}).has_value());
  std::ofstream(path + "-wal") << "left behind";
  ASSERT_TRUE(SnapshotStore::Discard(path).has_value());
  EXPECT_TRUE(std::filesystem::is_empty(std::filesystem::path(path).parent_path()));
  ASSERT_TRUE(SnapshotStore::Discard(path).has_value());
  ExpectHolds(*MustOpen(path), Model{});
}

// What was written over and over is kept less than twice: a start reads all that is kept. The sets
// are small against the first, so that they are merged with each other long before they are with
// it.
TEST(SnapshotStore, RowsThatAreWrittenAgainDoNotPileUp) {
  Random random(PrintedSeed());
  const TemporaryDirectory directory;
  auto store = MustOpen(directory.In("s"));
  constexpr std::uint64_t kRows = 9'200;
  constexpr std::uint64_t kRowsOfASet = 900;
  constexpr std::uint64_t kRowBytes = 1'000;
  Model expected;
  std::uint64_t next = 0;
  for (int i = 0; i < 24; ++i) {
    OwnedChanges changes{.meta = std::to_string(i)};
    for (std::uint64_t n = 0; n < (i == 0 ? kRows : kRowsOfASet); ++n, ++next) {
      changes.rows["row" + std::to_string(next % kRows)] = RandomBytes(random, kRowBytes);
    }
    ASSERT_TRUE(store->Write(changes).has_value());
    expected.Apply(changes);
    ExpectHolds(*store, expected);
    store.reset();
    {
      const auto database = sqlite::Database::Open(directory.In("s"), {});
      ASSERT_TRUE(database.has_value());
      const std::string kept = *(*database)->Query("SELECT sum(length(data)) FROM parts");
      EXPECT_LT(std::stoull(kept), 21 * kRows * kRowBytes / 10) << "after set " << i;
    }
    store = MustOpen(directory.In("s"));
  }
}

// Writes what `changes` says, with the disk "full" where `limit` says so, and expects the snapshot
// before or the new one each time. Returns how many failed.
int WriteWithFailures(int writes, const std::function<OwnedChanges(int)>& changes,
                      const std::function<std::optional<std::uint64_t>(int)>& limit) {
  const TemporaryDirectory directory;
  auto store = MustOpen(directory.In("s"));
  Model expected;
  int failures = 0;
  for (int i = 0; i < writes; ++i) {
    const OwnedChanges next = changes(i);
    base::Result<void> written;
    if (const std::optional<std::uint64_t> bytes = limit(i); bytes.has_value()) {
      const FileSizeLimit limited(*bytes);
      written = store->Write(next);
    } else {
      written = store->Write(next);
      EXPECT_TRUE(written.has_value()) << written.error().ToString();
    }
    if (written) {
      expected.Apply(next);
    } else {
      EXPECT_EQ(written.error().code, ErrorCode::kIo) << written.error().ToString();
      ++failures;
    }
    ExpectHolds(*store, expected);
  }
  store.reset();
  ExpectHolds(*MustOpen(directory.In("s")), expected);
  return failures;
}

// The limit is moved step by step, so that the disk is "full" in every phase of a Write.
TEST(SnapshotStore, AFailedWriteLeavesTheSnapshotBefore) {
  Random random(PrintedSeed());
  const auto changes = [&random](int i) {
    OwnedChanges some{.meta = std::to_string(i)};
    for (int n = 0; n < 50; ++n) {
      some.ids["id" + std::to_string(Below(random, 2'000))] = RandomBytes(random, 100);
      some.rows["row" + std::to_string(Below(random, 200))] = RandomBytes(random, 1'000);
    }
    return some;
  };
  const auto limit = [&random](int i) {
    return i % 2 == 1 ? std::optional(Below(random, 300'000)) : std::nullopt;
  };
  EXPECT_GT(WriteWithFailures(60, changes, limit), 5);
}

// As above, with ids so large that a merge takes several Writes and meets the failure in each.
TEST(SnapshotStore, AFailedWriteLeavesWhatItMerged) {
  Random random(PrintedSeed());
  const auto changes = [&random](int i) {
    OwnedChanges some{.meta = std::to_string(i)};
    for (int n = 0; n < 400; ++n) {
      some.ids["id" + std::to_string(Below(random, 6'000))] = RandomBytes(random, 1'000);
    }
    return some;
  };
  const auto limit = [&random](int i) {
    return i % 3 == 2 ? std::optional(Below(random, 5'000'000)) : std::nullopt;
  };
  EXPECT_GT(WriteWithFailures(80, changes, limit), 3);
}

// The numbers of runs that have parts in the file and are not in its list.
std::set<std::int64_t> RunsOfNoSnapshot(const std::string& path) {
  const auto database = Must(sqlite::Database::Open(path, {}));
  auto meta = Must(database->Prepare("SELECT data FROM meta WHERE id = 1"));
  CHECK(Must(meta.Step()));
  const MetaRow row = Must(DecodeMetaRow(meta.Blob(0)));
  std::set<std::int64_t> runs;
  auto numbers = Must(database->Prepare("SELECT DISTINCT id >> 32 FROM parts"));
  while (Must(numbers.Step())) {
    runs.insert(numbers.Int(0));
  }
  for (const std::vector<RunEntry>& listed : {row.row_runs, row.id_runs}) {
    for (const RunEntry& run : listed) {
      EXPECT_EQ(runs.erase(run.run), 1U);
    }
  }
  return runs;
}

TEST(SnapshotStore, WhatAMergeLeftUnfinishedIsRemoved) {
  Random random(PrintedSeed());
  const TemporaryDirectory directory;
  const std::string path = directory.In("s");
  Model expected;
  int left_unfinished = 0;
  for (int round = 0; round < 8; ++round) {
    auto store = MustOpen(path);
    for (int i = 0; i < 6; ++i) {
      OwnedChanges changes{.meta = std::to_string(i)};
      for (int n = 0; n < 1'200; ++n) {
        changes.ids["id" + std::to_string(Below(random, 1'000'000))] = RandomBytes(random, 1'000);
      }
      ASSERT_TRUE(store->Write(changes).has_value());
      expected.Apply(changes);
    }
    store.reset();
    left_unfinished += RunsOfNoSnapshot(path).empty() ? 0 : 1;
    ExpectHolds(*MustOpen(path), expected);
    EXPECT_TRUE(RunsOfNoSnapshot(path).empty()) << "round " << round;
  }
  EXPECT_GT(left_unfinished, 0);
}

}  // namespace
}  // namespace paylog::store
