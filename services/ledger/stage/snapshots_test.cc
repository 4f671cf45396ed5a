#include "paylog/ledger/stage/snapshots.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/test_support/file_size_limit.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

// Goal: a snapshot that could not be saved loses nothing of what the next one has to save.
namespace paylog::ledger {
namespace {

using test_support::FileSizeLimit;
using test_support::Must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

model::Account Open(const std::string& name, std::int64_t posted) {
  return {.id = *model::AccountId::Parse(name),
          .currency = *model::Currency::Parse("EUR"),
          .last_sequence = base::Sequence(1),
          .posted = posted};
}

class SnapshotsTest : public ::testing::Test {
 protected:
  Snapshots MakeSnapshots() {
    return Snapshots(directory_.In("s"), /*inline_writes=*/true,
                     [this](const std::string& warning) { warnings_.push_back(warning); });
  }
  static void Change(Snapshots& snapshots, const State& state, const std::string& name) {
    snapshots.MarkChanged(*state.NumberOf(*model::AccountId::Parse(name)));
    snapshots.ids().Stage(name + " id", model::IndexEntry{});
    snapshots.ids().MergeStaged();
  }
  static bool Save(Snapshots& snapshots, const State& state) {
    snapshots.Begin(state, base::Sequence(0));
    return snapshots.Finish(/*wait=*/true);
  }

  const test_support::TemporaryDirectory directory_;
  std::vector<std::string> warnings_;
};

TEST_F(SnapshotsTest, WhatCouldNotBeSavedIsSavedTheNextTime) {
  State state(base::PartitionId(0), 1);
  state.Add(Open("alice", 1));
  state.Add(Open("bob", 2));
  state.Add(Open("carol", 3));
  {
    Snapshots snapshots = MakeSnapshots();
    Must(snapshots.Open());
    Change(snapshots, state, "alice");
    ASSERT_TRUE(Save(snapshots, state));
    Change(snapshots, state, "bob");
    {
      const FileSizeLimit limit(0);
      EXPECT_FALSE(Save(snapshots, state));
    }
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("could not be saved, it will be tried again")));
    Change(snapshots, state, "carol");
    ASSERT_TRUE(Save(snapshots, state));
  }
  Snapshots snapshots = MakeSnapshots();
  Must(snapshots.Open());
  State loaded(base::PartitionId(0), 1);
  ASSERT_TRUE(Must(snapshots.Load(loaded)).has_value());
  EXPECT_EQ(StateHash(loaded), StateHash(state));
  for (const char* const name : {"alice", "bob", "carol"}) {
    EXPECT_TRUE(Must(snapshots.ids().Find(std::string(name) + " id")).has_value()) << name;
  }
  EXPECT_EQ(warnings_.size(), 1U);
}

}  // namespace
}  // namespace paylog::ledger
