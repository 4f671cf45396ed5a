#include "paylog/ledger/stage/balance_feed.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace paylog::ledger {
namespace {

model::AccountId Id(int n) {
  return *model::AccountId::Parse("account-" + std::to_string(n));
}

TEST(BalanceFeed, PublishesInSlicesAndEachAccountOnce) {
  BalanceFeed feed;
  const int count = static_cast<int>(2 * BalanceFeed::kSliceMax + 10);
  for (int n = 0; n < count; ++n) {
    feed.MarkChanged(Id(n));
  }
  EXPECT_TRUE(feed.Stage().empty()) << "nothing is due before a snapshot";
  feed.MakeDue(base::Sequence(77));
  std::set<model::AccountId> seen;
  for (int slice = 0; slice < 3; ++slice) {
    EXPECT_EQ(feed.published(), base::Sequence(0));
    for (const model::AccountId& account : feed.Stage()) {
      EXPECT_TRUE(seen.insert(account).second);
    }
    feed.MergeStaged();
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(feed.published(), base::Sequence(77));
  EXPECT_TRUE(feed.Stage().empty());
}

// A dropped transaction may be tried again with fewer records: what only it knew must not linger.
TEST(BalanceFeed, ADroppedSliceIsStagedAgain) {
  BalanceFeed feed;
  feed.MarkChanged(Id(1));
  feed.MakeDue(base::Sequence(5));
  const std::vector<model::AccountId> first = feed.Stage();
  feed.DropStaged();
  EXPECT_EQ(feed.Stage(), first);
  EXPECT_EQ(feed.published(), base::Sequence(0));
}

TEST(BalanceFeed, AChangeWhileItIsDueComesAgainWithTheNextSnapshot) {
  BalanceFeed feed;
  feed.MarkChanged(Id(1));
  feed.MakeDue(base::Sequence(5));
  feed.MarkChanged(Id(1));
  feed.Stage();
  feed.MergeStaged();
  EXPECT_EQ(feed.published(), base::Sequence(5));
  EXPECT_TRUE(feed.Stage().empty());
  feed.MakeDue(base::Sequence(9));
  EXPECT_EQ(feed.Stage().size(), 1U);
}

TEST(BalanceFeed, AResetTakesUpWhatTheSnapshotSays) {
  State state(base::PartitionId(0), 1);
  for (const int n : {1, 2, 3}) {
    state.Add({.id = Id(n),
               .currency = *model::Currency::Parse("EUR"),
               .last_sequence = base::Sequence(10 * n)});
  }
  BalanceFeed feed;
  feed.Reset(state, base::Sequence(10));
  feed.MakeDue(base::Sequence(30));
  EXPECT_EQ(feed.Stage().size(), 2U);
}

}  // namespace
}  // namespace paylog::ledger
