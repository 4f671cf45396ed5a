#include "paylog/ledger/core/decide.h"

#include <gtest/gtest.h>

#include "paylog/ledger/core/test_ledger.h"

// One partition: what each command does, each reason to reject it, and that a rejection changes
// nothing.
namespace paylog::ledger::testing {
namespace {

using model::ResultCode;
using model::ResultStatus;

class LedgerDecide : public ::testing::Test {
 protected:
  // Rejected with the code, and neither balance nor account changed.
  void ExpectRejected(const model::Command& command, ResultCode code) {
    const auto accounts_before = Accounts();
    const model::CommandResult result = ledger_.Execute(command);
    EXPECT_EQ(result.status, ResultStatus::kRejected);
    EXPECT_EQ(result.code, code) << model::ToString(result.code);
    EXPECT_FALSE(result.duplicate);
    EXPECT_EQ(Accounts(), accounts_before);
  }

  void ExpectCompleted(const model::Command& command) {
    const model::CommandResult result = ledger_.Execute(command);
    EXPECT_EQ(result.code, ResultCode::kOk) << model::ToString(result.code);
    EXPECT_EQ(result.status, ResultStatus::kCompleted);
  }

  [[nodiscard]] std::vector<model::Account> Accounts() const {
    std::vector<model::Account> accounts;
    for (const model::Account* account : ledger_.state(0).SortedAccounts()) {
      accounts.push_back(*account);
    }
    return accounts;
  }

  TestLedger ledger_{1};
};

TEST_F(LedgerDecide, OpensAnAccountOnce) {
  ExpectCompleted(Open("o1", "alice"));
  ExpectRejected(Open("o2", "alice"), ResultCode::kAccountExists);
}

TEST_F(LedgerDecide, DepositsAndWithdrawsAgainstTheExternalAccount) {
  ExpectCompleted(Open("o1", "alice"));
  ExpectCompleted(DepositOf("d1", "alice", 1000));
  ExpectCompleted(WithdrawalOf("w1", "alice", 300));
  EXPECT_TRUE(ledger_.Posted("alice") == 700);
  EXPECT_TRUE(ledger_.state(0).Find(model::AccountId::External(kEuro))->posted == -700);
  EXPECT_EQ(FindPartitionImbalance(ledger_.state(0)), std::nullopt);
}

TEST_F(LedgerDecide, ResultsCarryBothBalancesOfATransferDebtorFirst) {
  ExpectCompleted(Open("o1", "zoe"));
  ExpectCompleted(Open("o2", "bob"));
  ExpectCompleted(DepositOf("d1", "zoe", 1000));
  const model::CommandResult result = ledger_.Execute(TransferOf("t1", "zoe", "bob", 400));
  ASSERT_EQ(result.balances.size(), 2U);
  EXPECT_EQ(result.balances[0].account.value(), "zoe");
  EXPECT_TRUE(result.balances[0].posted == 600);
  EXPECT_EQ(result.balances[1].account.value(), "bob");
  EXPECT_TRUE(result.balances[1].posted == 400);
}

TEST_F(LedgerDecide, DebitsToTheLastCentAndNotBeyond) {
  ExpectCompleted(
      Open("o1", "alice", {.overdraft_limit = 50, .min_balance = {}, .max_balance = {}}));
  ExpectCompleted(DepositOf("d1", "alice", 100));
  ExpectRejected(WithdrawalOf("w1", "alice", 151), ResultCode::kInsufficientFunds);
  ExpectCompleted(WithdrawalOf("w2", "alice", 150));
  EXPECT_TRUE(ledger_.Posted("alice") == -50);
  ExpectRejected(WithdrawalOf("w3", "alice", 1), ResultCode::kInsufficientFunds);
}

TEST_F(LedgerDecide, MinimumBalanceIsNotAvailable) {
  ExpectCompleted(
      Open("o1", "alice", {.overdraft_limit = {}, .min_balance = 40, .max_balance = {}}));
  ExpectCompleted(DepositOf("d1", "alice", 100));
  ExpectRejected(WithdrawalOf("w1", "alice", 61), ResultCode::kInsufficientFunds);
  ExpectCompleted(WithdrawalOf("w2", "alice", 60));
}

TEST_F(LedgerDecide, CreditsToTheMaximumAndNotBeyond) {
  ExpectCompleted(
      Open("o1", "alice", {.overdraft_limit = {}, .min_balance = {}, .max_balance = 100}));
  ExpectRejected(DepositOf("d1", "alice", 101), ResultCode::kBalanceLimitExceeded);
  ExpectCompleted(DepositOf("d2", "alice", 100));
  ExpectRejected(DepositOf("d3", "alice", 1), ResultCode::kBalanceLimitExceeded);
  ExpectRejected(DepositOf("d4", "alice", base::kAmountMinorMax),
                 ResultCode::kBalanceLimitExceeded);
}

TEST_F(LedgerDecide, NoBalanceGoesBeyondWhatJsonReadsExactly) {
  ExpectCompleted(Open("o1", "alice"));
  ExpectCompleted(DepositOf("d1", "alice", base::kAmountMinorMax));
  ExpectRejected(DepositOf("d2", "alice", 1), ResultCode::kBalanceOverflow);
  ExpectCompleted(WithdrawalOf("w1", "alice", 1));
  ExpectCompleted(DepositOf("d3", "alice", 1));
}

TEST_F(LedgerDecide, LimitsMayBeChangedButNotBothBeAboveZero) {
  ExpectCompleted(
      Open("o1", "alice", {.overdraft_limit = 50, .min_balance = {}, .max_balance = {}}));
  const auto update = [](const std::string& id, model::AccountLimits limits) {
    return MakeCommand(id, "alice", model::UpdateAccount{.limits = limits});
  };
  ExpectRejected(update("u1", {.overdraft_limit = {}, .min_balance = 1, .max_balance = {}}),
                 ResultCode::kConflictingLimits);
  ExpectCompleted(update("u2", {.overdraft_limit = 0, .min_balance = 1, .max_balance = {}}));
  EXPECT_EQ(ledger_.state(0).Find(Account("alice"))->min_balance, 1);
  EXPECT_EQ(ledger_.state(0).Find(Account("alice"))->max_balance, base::kAmountMinorMax);
}

TEST_F(LedgerDecide, FreezesBlockOneDirectionOrBoth) {
  ExpectCompleted(Open("o1", "alice"));
  ExpectCompleted(DepositOf("d1", "alice", 100));
  const auto freeze = [](const std::string& id, model::FreezeScope scope) {
    return MakeCommand(id, "alice", model::FreezeAccount{.scope = scope, .reason = "court"});
  };
  ExpectCompleted(freeze("f1", model::FreezeScope::kDebits));
  ExpectRejected(WithdrawalOf("w1", "alice", 1), ResultCode::kDebitsFrozen);
  ExpectCompleted(DepositOf("d2", "alice", 1));
  ExpectCompleted(freeze("f2", model::FreezeScope::kCredits));
  ExpectRejected(DepositOf("d3", "alice", 1), ResultCode::kCreditsFrozen);
  ExpectCompleted(
      MakeCommand("u1", "alice",
                  model::UnfreezeAccount{.scope = model::FreezeScope::kDebits, .reason = "paid"}));
  ExpectCompleted(WithdrawalOf("w2", "alice", 1));
  ExpectRejected(DepositOf("d4", "alice", 1), ResultCode::kCreditsFrozen);
  ExpectCompleted(MakeCommand(
      "u2", "alice", model::UnfreezeAccount{.scope = model::FreezeScope::kBoth, .reason = "paid"}));
  EXPECT_EQ(ledger_.state(0).Find(Account("alice"))->freeze_reason.value(), "");
}

TEST_F(LedgerDecide, ClosesOnlyAtZeroAndForGood) {
  const auto close = [](const std::string& id) {
    return MakeCommand(id, "alice", model::CloseAccount{});
  };
  ExpectRejected(close("c0"), ResultCode::kAccountNotFound);
  ExpectCompleted(Open("o1", "alice"));
  ExpectCompleted(DepositOf("d1", "alice", 1));
  ExpectRejected(close("c1"), ResultCode::kBalanceNotZero);
  ExpectCompleted(WithdrawalOf("w1", "alice", 1));
  ExpectCompleted(close("c2"));
  ExpectRejected(DepositOf("d2", "alice", 1), ResultCode::kAccountClosed);
  ExpectRejected(WithdrawalOf("w2", "alice", 1), ResultCode::kAccountClosed);
  ExpectRejected(close("c3"), ResultCode::kAccountClosed);
  ExpectRejected(Open("o2", "alice"), ResultCode::kAccountExists);
}

TEST_F(LedgerDecide, AnotherCurrencyIsRejectedOnEitherSide) {
  ExpectCompleted(Open("o1", "alice"));
  ExpectCompleted(DepositOf("d1", "alice", 100));
  ExpectCompleted(MakeCommand("o2", "yuki", model::OpenAccount{.currency = kYen, .limits = {}}));
  const model::Money yen{.minor = 1, .currency = kYen};
  ExpectRejected(
      MakeCommand("d2", "alice", model::Deposit{.amount = yen, .reference = {}, .metadata = {}}),
      ResultCode::kCurrencyMismatch);
  ExpectRejected(TransferOf("t1", "alice", "yuki", 1), ResultCode::kCreditorCurrencyMismatch);
}

TEST_F(LedgerDecide, DebtorReasonsComeBeforeCreditorReasons) {
  ExpectRejected(TransferOf("t1", "alice", "nobody", 1), ResultCode::kAccountNotFound);
  ExpectCompleted(Open("o1", "alice"));
  ExpectRejected(TransferOf("t2", "alice", "nobody", 1), ResultCode::kInsufficientFunds);
  ExpectCompleted(DepositOf("d1", "alice", 5));
  ExpectRejected(TransferOf("t3", "alice", "nobody", 1), ResultCode::kCreditorNotFound);
}

TEST_F(LedgerDecide, ARepeatGetsTheFirstOutcomeAndPostsNothing) {
  ExpectCompleted(Open("o1", "alice"));
  const model::CommandResult first = ledger_.Execute(DepositOf("d1", "alice", 100));
  ExpectCompleted(DepositOf("d2", "alice", 11));
  const model::CommandResult again = ledger_.Execute(DepositOf("d1", "alice", 100));
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.position, first.position);
  EXPECT_EQ(again.balances, first.balances);
  EXPECT_TRUE(ledger_.Posted("alice") == 111);
  EXPECT_EQ(ledger_.EventNames(0).back(), "command_repeated");
}

TEST_F(LedgerDecide, AFailureIsAsFinalAsASuccess) {
  ExpectRejected(DepositOf("d1", "alice", 100), ResultCode::kAccountNotFound);
  ExpectCompleted(Open("o1", "alice"));
  const model::CommandResult again = ledger_.Execute(DepositOf("d1", "alice", 100));
  EXPECT_EQ(again.code, ResultCode::kAccountNotFound);
  EXPECT_TRUE(again.duplicate);
  EXPECT_TRUE(ledger_.Posted("alice") == 0);
}

TEST_F(LedgerDecide, AnotherBodyUnderTheSameIdIsAConflictAndChangesNoOutcome) {
  ExpectCompleted(Open("o1", "alice"));
  ExpectCompleted(DepositOf("d1", "alice", 100));
  const model::CommandResult other = ledger_.Execute(DepositOf("d1", "alice", 200), "other");
  EXPECT_EQ(other.code, ResultCode::kIdempotencyConflict);
  EXPECT_FALSE(other.duplicate);
  EXPECT_TRUE(ledger_.Posted("alice") == 100);
  EXPECT_EQ(ledger_.Execute(DepositOf("d1", "alice", 100)).code, ResultCode::kOk);
}

TEST_F(LedgerDecide, LedgerTimeNeverGoesBack) {
  const auto input = [](std::int64_t offset, std::int64_t time, const std::string& id) {
    return model::InboxRecord{
        .offset = base::Offset(offset),
        .timestamp = base::TimestampMs(time),
        .body = model::CommandInput{.command = Open(id, id), .body_sha256 = base::Sha256(id)}};
  };
  State state(base::PartitionId(0), 1);
  for (const auto& [offset, time] : {std::pair{0, 50}, std::pair{1, 20}, std::pair{2, 60}}) {
    const model::InboxRecord record = input(offset, time, "a" + std::to_string(offset));
    const auto events = Decide(state, record, nullptr);
    const model::JournalRecord journal{.header = MakeHeader(state, record, 0, 1),
                                       .event = events[0]};
    Evolve(state, journal, base::Hash256{});
    EXPECT_EQ(journal.header.time.value(), offset == 2 ? 60 : 50);
  }
}

}  // namespace
}  // namespace paylog::ledger::testing
