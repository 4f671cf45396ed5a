#include "paylog/ledger/core/evolve.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/ledger/core/test_ledger.h"

namespace paylog::ledger::testing {
namespace {

TEST(LedgerOverlay, ChangesNothingBelowUntilMerged) {
  TestLedger ledger(1);
  ledger.Execute(Open("o", "alice"));
  State base(base::PartitionId(0), 1);
  for (const model::JournalRecord& record : ledger.journal(0)) {
    Evolve(base, record, TestLedger::RecordHash(record));
  }
  const base::Hash256 before = StateHash(base);
  ledger.Execute(DepositOf("d", "alice", 5));

  State overlay(&base);
  Evolve(overlay, ledger.journal(0).back(), TestLedger::RecordHash(ledger.journal(0).back()));
  EXPECT_TRUE(overlay.Find(Account("alice"))->posted == 5);
  EXPECT_EQ(StateHash(base), before);
  EXPECT_EQ(base.Find(model::AccountId::External(kEuro)), nullptr);

  std::vector<std::string> changed;
  base.Merge(std::move(overlay),
             [&](AccountNumber account) { changed.push_back(base.At(account).id.ToString()); });
  std::sort(changed.begin(), changed.end());
  EXPECT_EQ(changed, (std::vector<std::string>{"$external:EUR", "alice"}));
  EXPECT_EQ(StateHash(base), StateHash(ledger.state(0)));
}

TEST(LedgerOverlay, DroppedLeavesNoTrace) {
  TestLedger ledger(1);
  ledger.Execute(Open("o", "alice"));
  State base(base::PartitionId(0), 1);
  const base::Hash256 before = StateHash(base);
  {
    State overlay(&base);
    Evolve(overlay, ledger.journal(0)[0], base::Hash256{});
  }
  EXPECT_EQ(StateHash(base), before);
}

TEST(LedgerEvolveDeathTest, AnEventThatDoesNotFollowEndsTheProcess) {
  TestLedger ledger(1);
  ledger.Execute(Open("o", "alice"));
  ledger.Execute(DepositOf("d", "alice", 5));
  State state(base::PartitionId(0), 1);
  EXPECT_DEATH(Evolve(state, ledger.journal(0)[1], base::Hash256{}), "FindContinuityFault");
}

TEST(LedgerStateHash, DiffersForEveryFieldThatDiffers) {
  const auto hash_with = [](auto&& change) {
    State state(base::PartitionId(0), 2);
    model::Account& account = state.Add({.id = Account("alice"), .currency = kEuro});
    change(account, state.mutable_progress());
    return StateHash(state);
  };
  const base::Hash256 plain = hash_with([](auto&, auto&) {});
  EXPECT_EQ(plain, hash_with([](auto&, auto&) {}));
  EXPECT_NE(plain, hash_with([](auto& account, auto&) { account.posted = 1; }));
  EXPECT_NE(plain, hash_with([](auto& account, auto&) { account.held = 1; }));
  EXPECT_NE(plain, hash_with([](auto& account, auto&) { account.overdraft_limit = 1; }));
  EXPECT_NE(plain, hash_with([](auto& account, auto&) { account.closed = true; }));
  EXPECT_NE(plain, hash_with([](auto& account, auto&) { account.debits_frozen = true; }));
  EXPECT_NE(plain, hash_with([](auto&, auto& progress) { progress.id_count = 1; }));
  EXPECT_NE(plain, hash_with([](auto&, auto& progress) { progress.time = base::TimestampMs(1); }));
}

}  // namespace
}  // namespace paylog::ledger::testing
