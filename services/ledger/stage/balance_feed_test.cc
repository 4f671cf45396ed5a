#include "paylog/ledger/stage/balance_feed.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace paylog::ledger {
namespace {

AccountNumber Number(std::size_t n) {
  return AccountNumber(static_cast<std::uint32_t>(n));
}

TEST(BalanceFeed, PublishesInSlicesAndEachAccountOnce) {
  BalanceFeed feed;
  const std::size_t count = 2 * BalanceFeed::kSliceMax + 10;
  for (std::size_t n = 0; n < count; ++n) {
    feed.MarkChanged(Number(n));
  }
  EXPECT_TRUE(feed.Stage().empty()) << "nothing is due before a snapshot";
  feed.MakeDue(base::Sequence(77));
  std::set<AccountNumber> seen;
  for (int slice = 0; slice < 3; ++slice) {
    EXPECT_EQ(feed.published(), base::Sequence(0));
    for (const AccountNumber account : feed.Stage()) {
      EXPECT_TRUE(seen.insert(account).second);
    }
    feed.MergeStaged();
  }
  EXPECT_EQ(seen.size(), count);
  EXPECT_EQ(feed.published(), base::Sequence(77));
  EXPECT_TRUE(feed.Stage().empty());
}

// A dropped transaction may be tried again with fewer records: what only it knew must not linger.
TEST(BalanceFeed, ADroppedSliceIsStagedAgain) {
  BalanceFeed feed;
  feed.MarkChanged(Number(1));
  feed.MakeDue(base::Sequence(5));
  const std::vector<AccountNumber> first = feed.Stage();
  feed.DropStaged();
  EXPECT_EQ(feed.Stage(), first);
  EXPECT_EQ(feed.published(), base::Sequence(0));
}

// Or those at the front, which change again and again, would be all that is ever written.
TEST(BalanceFeed, ASliceBeginsBehindTheOneBefore) {
  BalanceFeed feed;
  const std::size_t count = 3 * BalanceFeed::kSliceMax / 2;
  std::multiset<AccountNumber> seen;
  for (std::int64_t round = 1; round <= 3; ++round) {
    for (std::size_t n = 0; n < count; ++n) {
      feed.MarkChanged(Number(n));
    }
    feed.MakeDue(base::Sequence(round));
    const std::vector<AccountNumber>& slice = feed.Stage();
    EXPECT_EQ(slice.size(), BalanceFeed::kSliceMax);
    seen.insert(slice.begin(), slice.end());
    feed.MergeStaged();
  }
  for (std::size_t n = 0; n < count; ++n) {
    EXPECT_EQ(seen.count(Number(n)), 2U) << n;
  }
  EXPECT_EQ(feed.published(), base::Sequence(0)) << "something was always due";
}

TEST(BalanceFeed, AChangeWhileItIsDueComesAgainWithTheNextSnapshot) {
  BalanceFeed feed;
  feed.MarkChanged(Number(1));
  feed.MakeDue(base::Sequence(5));
  feed.MarkChanged(Number(1));
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
    state.Add({.id = *model::AccountId::Parse("account-" + std::to_string(n)),
               .currency = *model::Currency::Parse("EUR"),
               .last_sequence = base::Sequence(10 * n)});
  }
  BalanceFeed feed;
  feed.Reset(state, base::Sequence(10));
  feed.MakeDue(base::Sequence(30));
  EXPECT_EQ(feed.Stage(), (std::vector{Number(1), Number(2)}));
}

}  // namespace
}  // namespace paylog::ledger
