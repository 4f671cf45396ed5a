#include "paylog/notifier/core/matching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paylog::notifier {
namespace {

using model::AccountId;
using model::ResultStatus;
using testing::ElementsAre;
using testing::IsEmpty;

AccountId Account(const std::string& name) {
  return *AccountId::Parse(name);
}

model::AccountBalance Balance(const std::string& name) {
  return {.account = Account(name), .currency = *model::Currency::Parse("EUR"), .posted = 7};
}

// A transfer from alice to bob.
model::CommandResult Transfer() {
  return {.command_id = *model::CommandId::Parse("t-1"),
          .account = Account("alice"),
          .type = model::CommandType::kTransfer,
          .position = model::Position{},
          .balances = {Balance("alice"), Balance("bob")},
          .reopened_account = std::nullopt,
          .path = {},
          .message = {}};
}

Endpoint Of(std::vector<AccountId> accounts, std::vector<ResultStatus> statuses = {}) {
  return {.name = "shop",
          .url = "https://shop.example",
          .secrets = {"secret"},
          .accounts = std::move(accounts),
          .statuses = std::move(statuses)};
}

std::vector<std::string> Shown(const Endpoint& endpoint) {
  std::vector<std::string> names;
  for (const model::AccountBalance& balance : VisibleTo(endpoint, Transfer()).balances) {
    names.push_back(balance.account.ToString());
  }
  return names;
}

TEST(Matching, ConcernsWhoeverHasABalanceInIt) {
  EXPECT_TRUE(Concerns(Of({Account("alice")}), Transfer()));
  EXPECT_TRUE(Concerns(Of({Account("bob")}), Transfer()));
  EXPECT_TRUE(Concerns(Of({Account("carol"), Account("bob")}), Transfer()));
  EXPECT_TRUE(Concerns(Of({}), Transfer())) << "no choice is all";
  EXPECT_FALSE(Concerns(Of({Account("carol")}), Transfer()));
}

// A refusal shows no balances, and still concerns the command's account.
TEST(Matching, ConcernsTheAccountOfTheCommand) {
  model::CommandResult refused = Transfer();
  refused.status = ResultStatus::kRefused;
  refused.balances.clear();
  EXPECT_TRUE(Concerns(Of({Account("alice")}), refused));
  EXPECT_FALSE(Concerns(Of({Account("bob")}), refused));
}

TEST(Matching, ChoosesByStatus) {
  EXPECT_TRUE(Concerns(Of({}, {ResultStatus::kRejected, ResultStatus::kCompleted}), Transfer()));
  EXPECT_FALSE(Concerns(Of({}, {ResultStatus::kRejected}), Transfer()));
  EXPECT_FALSE(Concerns(Of({Account("carol")}, {ResultStatus::kCompleted}), Transfer()));
}

TEST(Matching, TellsNobodyOfARepeat) {
  model::CommandResult repeat = Transfer();
  repeat.duplicate = true;
  EXPECT_FALSE(Concerns(Of({}), repeat));
  EXPECT_FALSE(Concerns(Of({Account("alice")}), repeat));
}

TEST(Matching, ShowsBalancesOfOwnAccountsOnly) {
  EXPECT_THAT(Shown(Of({Account("bob")})), ElementsAre("bob"));
  EXPECT_THAT(Shown(Of({Account("alice"), Account("bob")})), ElementsAre("alice", "bob"));
  EXPECT_THAT(Shown(Of({Account("carol")})), IsEmpty());
  EXPECT_THAT(Shown(Of({})), ElementsAre("alice", "bob"));
}

TEST(Matching, ChangesNothingElse) {
  model::CommandResult expected = Transfer();
  expected.balances = {Balance("bob")};
  EXPECT_EQ(VisibleTo(Of({Account("bob")}), Transfer()), expected);
}

}  // namespace
}  // namespace paylog::notifier
