#include <random>

#include <gtest/gtest.h>

#include "paylog/ledger/core/test_ledger.h"

// Transfers between partitions: the two halves, the return, repeats in flight, closed accounts.
namespace paylog::ledger::testing {
namespace {

using model::ResultCode;
using model::ResultStatus;

class Saga : public ::testing::Test {
 protected:
  Saga() {
    ledger_.Execute(Open("open", debtor_));
    ledger_.Execute(DepositOf("fund", debtor_, 1000));
  }

  void OpenCreditor(model::AccountLimits limits = {}) {
    ledger_.Execute(Open("open", creditor_, limits));
  }

  TestLedger ledger_{2};
  const std::string debtor_ = NameOn("debtor", 0, 2);
  const std::string creditor_ = NameOn("creditor", 1, 2);
};

TEST_F(Saga, MoneyIsInTransitBetweenTheTwoHalves) {
  OpenCreditor();
  ledger_.Submit(TransferOf("t", debtor_, creditor_, 300));
  ASSERT_TRUE(ledger_.Step(0));
  EXPECT_TRUE(ledger_.Posted(debtor_) == 700);
  EXPECT_TRUE(ledger_.Posted(creditor_) == 0);
  EXPECT_TRUE(ledger_.Transit() == 300);
  EXPECT_FALSE(ledger_.results().contains(debtor_ + " t"));
  ASSERT_TRUE(ledger_.Step(1));
  EXPECT_TRUE(ledger_.Posted(creditor_) == 300);
  EXPECT_TRUE(ledger_.Transit() == 0);
  const model::CommandResult& result = ledger_.results().at(debtor_ + " t").back();
  EXPECT_EQ(result.status, ResultStatus::kCompleted);
  EXPECT_EQ(result.position->partition.value(), 1);
  ASSERT_EQ(result.balances.size(), 2U);
  EXPECT_TRUE(result.balances[0].posted == 700);
  EXPECT_TRUE(result.balances[1].posted == 300);
}

TEST_F(Saga, ARefusedCreditComesBackBeforeAnyoneReadsRejected) {
  ledger_.Submit(TransferOf("t", debtor_, creditor_, 300));
  ledger_.Step(0);
  ledger_.Step(1);
  EXPECT_FALSE(ledger_.results().contains(debtor_ + " t"));
  ledger_.Step(0);
  const model::CommandResult& result = ledger_.results().at(debtor_ + " t").back();
  EXPECT_EQ(result.code, ResultCode::kCreditorNotFound);
  EXPECT_EQ(result.status, ResultStatus::kRejected);
  EXPECT_TRUE(result.balances.at(0).posted == 1000);
  EXPECT_EQ(result.reopened_account, std::nullopt);
  EXPECT_TRUE(ledger_.Transit() == 0);
}

TEST_F(Saga, EveryCreditorReasonIsTheSameAsWithinAPartition) {
  OpenCreditor({.overdraft_limit = {}, .min_balance = {}, .max_balance = 100});
  EXPECT_EQ(ledger_.Execute(TransferOf("t1", debtor_, creditor_, 101)).code,
            ResultCode::kCreditorBalanceLimitExceeded);
  ledger_.Execute(
      MakeCommand("f", creditor_,
                  model::FreezeAccount{.scope = model::FreezeScope::kCredits, .reason = "check"}));
  EXPECT_EQ(ledger_.Execute(TransferOf("t2", debtor_, creditor_, 1)).code,
            ResultCode::kCreditorCreditsFrozen);
  ledger_.Execute(MakeCommand("c", creditor_, model::CloseAccount{}));
  EXPECT_EQ(ledger_.Execute(TransferOf("t3", debtor_, creditor_, 1)).code,
            ResultCode::kCreditorClosed);
  EXPECT_TRUE(ledger_.Posted(debtor_) == 1000);
}

TEST_F(Saga, AReturnIgnoresFreezesAndLimits) {
  ledger_.Submit(TransferOf("t", debtor_, creditor_, 1000));
  ledger_.Step(0);
  ledger_.Submit(MakeCommand(
      "f", debtor_, model::FreezeAccount{.scope = model::FreezeScope::kBoth, .reason = "x"}));
  ledger_.Submit(
      MakeCommand("u", debtor_,
                  model::UpdateAccount{
                      .limits = {.overdraft_limit = {}, .min_balance = {}, .max_balance = 1}}));
  ledger_.RunToEnd();
  EXPECT_TRUE(ledger_.Posted(debtor_) == 1000);
}

TEST_F(Saga, ADebtorClosedMeanwhileIsReopenedAndTheResultSaysSo) {
  ledger_.Submit(TransferOf("t", debtor_, creditor_, 1000));
  ledger_.Submit(MakeCommand("c", debtor_, model::CloseAccount{}));
  ledger_.RunToEnd();
  EXPECT_EQ(ledger_.results().at(debtor_ + " c").back().code, ResultCode::kOk);
  const model::CommandResult& result = ledger_.results().at(debtor_ + " t").back();
  EXPECT_EQ(result.code, ResultCode::kCreditorNotFound);
  EXPECT_EQ(result.reopened_account, Account(debtor_));
  EXPECT_TRUE(ledger_.Posted(debtor_) == 1000);
  EXPECT_FALSE(ledger_.state(0).Find(Account(debtor_))->closed);
  const std::vector<std::string> names = ledger_.EventNames(0);
  EXPECT_EQ(names[names.size() - 2], "account_reopened");
  EXPECT_EQ(names.back(), "transfer_returned");
}

TEST_F(Saga, ARepeatOfASentTransferIsAnsweredByTheCreditorsPartition) {
  OpenCreditor();
  ledger_.Submit(TransferOf("t", debtor_, creditor_, 300));
  ledger_.Submit(TransferOf("t", debtor_, creditor_, 300));
  ledger_.RunToEnd();
  const auto& results = ledger_.results().at(debtor_ + " t");
  ASSERT_EQ(results.size(), 2U);
  EXPECT_FALSE(results[0].duplicate);
  EXPECT_TRUE(results[1].duplicate);
  EXPECT_EQ(results[0].position, results[1].position);
  EXPECT_EQ(results[0].balances, results[1].balances);
  EXPECT_TRUE(ledger_.Posted(creditor_) == 300);
}

TEST_F(Saga, ARepeatOfARefusedTransferFollowsTheReturnHome) {
  ledger_.Submit(TransferOf("t", debtor_, creditor_, 300));
  ledger_.Submit(TransferOf("t", debtor_, creditor_, 300));
  ledger_.RunToEnd();
  const auto& results = ledger_.results().at(debtor_ + " t");
  ASSERT_EQ(results.size(), 2U);
  EXPECT_FALSE(results[0].duplicate);
  EXPECT_TRUE(results[1].duplicate);
  EXPECT_EQ(results[1].code, ResultCode::kCreditorNotFound);
  EXPECT_EQ(ledger_.Execute(TransferOf("t", debtor_, creditor_, 300)).code,
            ResultCode::kCreditorNotFound);
  EXPECT_TRUE(ledger_.Posted(debtor_) == 1000);
}

TEST_F(Saga, AnotherBodyForASentIdIsAConflictAtOnce) {
  OpenCreditor();
  ledger_.Submit(TransferOf("t", debtor_, creditor_, 300));
  ledger_.Submit(TransferOf("t", debtor_, creditor_, 301), "other");
  ledger_.Step(0);
  ledger_.Step(0);
  EXPECT_EQ(ledger_.results().at(debtor_ + " t").back().code, ResultCode::kIdempotencyConflict);
  ledger_.RunToEnd();
  EXPECT_TRUE(ledger_.Posted(creditor_) == 300);
}

// Random commands on random interleavings of four partitions: invariants 1 to 3, exactly one result
// for each submission, transit empty at the end, and a rebuild by Evolve alone that ends equal.
class RandomSaga : public ::testing::TestWithParam<unsigned> {};

model::Command RandomCommand(std::mt19937& random, int n) {
  const auto pick = [&](unsigned limit) { return random() % limit; };
  const std::string account = "acc" + std::to_string(pick(12));
  const std::string id = "c" + std::to_string(pick(8) == 0 ? pick(40) : static_cast<unsigned>(n));
  switch (pick(10)) {
    case 0:
      return Open(id, account,
                  {.overdraft_limit = pick(3) * 50, .min_balance = {}, .max_balance = 2000});
    case 1:
    case 2:
      return DepositOf(id, account, 1 + pick(500));
    case 3:
      return WithdrawalOf(id, account, 1 + pick(300));
    case 4:
      return MakeCommand(id, account, model::CloseAccount{});
    case 5:
      if (pick(2) == 0) {
        return MakeCommand(id, account,
                           model::FreezeAccount{.scope = model::FreezeScope::kBoth, .reason = "r"});
      }
      return MakeCommand(id, account,
                         model::UnfreezeAccount{.scope = model::FreezeScope::kBoth, .reason = "r"});
    default:
      return TransferOf(id, account, "acc" + std::to_string(12 + pick(12)), 1 + pick(400));
  }
}

// Differs where the typed commands differ in what the test varies.
std::string BodyText(const model::Command& command) {
  std::string text = std::to_string(command.body.index());
  if (const auto* const transfer = std::get_if<model::Transfer>(&command.body)) {
    text +=
        ' ' + transfer->creditor_account.ToString() + ' ' + std::to_string(transfer->amount.minor);
  }
  return text;
}

TEST_P(RandomSaga, KeepsEveryInvariant) {
  std::mt19937 random(GetParam());
  RecordProperty("seed", static_cast<int>(GetParam()));
  TestLedger ledger(4);
  std::map<std::string, std::size_t> submitted;
  for (int n = 0; n < 24; ++n) {
    ledger.Execute(Open("open", "acc" + std::to_string(n)));
    ledger.Execute(DepositOf("fund", "acc" + std::to_string(n), 500));
  }
  for (int n = 0; n < 1500; ++n) {
    const model::Command command = RandomCommand(random, n);
    ++submitted[KeyOf(command.account, command.id)];
    ledger.Submit(command, BodyText(command));
    for (auto steps = random() % 3; steps > 0; --steps) {
      ledger.Step(static_cast<int>(random() % 4));
    }
  }
  ledger.RunToEnd();

  EXPECT_TRUE(ledger.Transit() == 0) << "seed " << GetParam();
  for (const auto& [key, count] : submitted) {
    const auto& results = ledger.results().at(key);
    EXPECT_EQ(results.size(), count) << key << ", seed " << GetParam();
  }
  for (int p = 0; p < 4; ++p) {
    EXPECT_EQ(FindPartitionImbalance(ledger.state(p)), std::nullopt);
    State rebuilt(base::PartitionId(p), 4);
    for (const model::JournalRecord& record : ledger.journal(p)) {
      Evolve(rebuilt, record, TestLedger::RecordHash(record));
    }
    EXPECT_EQ(StateHash(rebuilt), StateHash(ledger.state(p)));
    base::Hash256 digest;
    for (const auto& [key, entry] : ledger.index(p)) {
      digest = base::AddDigests(digest, IndexDigest(key, entry));
    }
    EXPECT_EQ(digest, ledger.state(p).progress().ids_digest);
    EXPECT_EQ(static_cast<std::int64_t>(ledger.index(p).size()),
              ledger.state(p).progress().id_count);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomSaga, ::testing::Range(1U, 41U));

}  // namespace
}  // namespace paylog::ledger::testing
