#include "paylog/ledger/stage/known_ids.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "paylog/codec/snapshot_codec.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

// Goal: an id is known from the moment in which it is staged, with its newest entry, wherever that
// lies meanwhile; one whose transaction was dropped is not.
namespace paylog::ledger {
namespace {

using test_support::Must;

model::IndexEntry EntryOf(std::int64_t sequence) {
  model::IndexEntry entry;
  entry.first_sequence = base::Sequence(sequence);
  entry.outcome.position = {.partition = base::PartitionId(0),
                            .sequence = base::Sequence(sequence)};
  return entry;
}

std::optional<model::IndexEntry> Find(const KnownIds& ids, const std::string& key) {
  return Must(ids.Find(key));
}

void StageAndMerge(KnownIds& ids, const std::string& key, std::int64_t sequence) {
  ids.Stage(key, EntryOf(sequence));
  ids.MergeStaged();
}

TEST(KnownIdsTest, KnowsWhatIsStaged) {
  KnownIds ids(nullptr);
  EXPECT_EQ(Find(ids, "alice 1"), std::nullopt);
  ids.Stage("alice 1", EntryOf(5));
  EXPECT_EQ(Find(ids, "alice 1"), EntryOf(5));
  EXPECT_EQ(ids.unsaved(), 0U);
  ids.MergeStaged();
  EXPECT_EQ(Find(ids, "alice 1"), EntryOf(5));
  EXPECT_EQ(ids.unsaved(), 1U);
}

TEST(KnownIdsTest, ForgetsWhatWasDroppedAndNothingElse) {
  KnownIds ids(nullptr);
  StageAndMerge(ids, "alice 1", 5);
  ids.Stage("alice 1", EntryOf(6));
  ids.Stage("alice 2", EntryOf(7));
  EXPECT_EQ(Find(ids, "alice 1"), EntryOf(6));
  ids.DropStaged();
  EXPECT_EQ(Find(ids, "alice 1"), EntryOf(5));
  EXPECT_EQ(Find(ids, "alice 2"), std::nullopt);
}

TEST(KnownIdsTest, FindsTheNewestWhileASnapshotIsWritten) {
  KnownIds ids(nullptr);
  StageAndMerge(ids, "alice 1", 5);
  StageAndMerge(ids, "alice 2", 6);
  const auto frozen = ids.Freeze();
  EXPECT_EQ(ids.unsaved(), 0U);
  StageAndMerge(ids, "alice 1", 7);
  EXPECT_EQ(Find(ids, "alice 1"), EntryOf(7));
  EXPECT_EQ(Find(ids, "alice 2"), EntryOf(6));
  EXPECT_EQ(frozen->Find("alice 1"), codec::EncodeIndexEntry(EntryOf(5)));
}

TEST(KnownIdsTest, WhatCouldNotBeWrittenIsKept) {
  KnownIds ids(nullptr);
  StageAndMerge(ids, "alice 1", 5);
  StageAndMerge(ids, "alice 2", 6);
  ids.Freeze();
  StageAndMerge(ids, "alice 1", 7);
  ids.RestoreFrozen();
  EXPECT_EQ(Find(ids, "alice 1"), EntryOf(7)) << "the newer entry stays";
  EXPECT_EQ(Find(ids, "alice 2"), EntryOf(6));
  EXPECT_EQ(ids.Freeze()->size(), 2U);
}

TEST(KnownIdsTest, FindsOnDiskWhatMemoryHasNot) {
  const test_support::TemporaryDirectory directory;
  const auto store = Must(store::SnapshotStore::Open(directory.In("s")));
  KnownIds ids(store.get());
  StageAndMerge(ids, "alice 1", 5);
  StageAndMerge(ids, "alice 2", 6);
  Must(store->Write({.meta = "1", .rows = {}, .ids = ids.Freeze()->Sorted()}));
  ids.DropFrozen();
  EXPECT_EQ(ids.unsaved(), 0U);
  EXPECT_EQ(Find(ids, "alice 1"), EntryOf(5));
  StageAndMerge(ids, "alice 1", 7);
  EXPECT_EQ(Find(ids, "alice 1"), EntryOf(7));
  EXPECT_EQ(Find(ids, "alice 2"), EntryOf(6));
  EXPECT_EQ(Find(ids, "alice 3"), std::nullopt);
}

}  // namespace
}  // namespace paylog::ledger
