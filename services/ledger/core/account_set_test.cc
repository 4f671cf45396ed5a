#include "paylog/ledger/core/account_set.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

// Goal: the set holds what was put into it, and nothing else.
namespace paylog::ledger {
namespace {

std::vector<std::uint32_t> NumbersOf(const AccountSet& accounts) {
  std::vector<std::uint32_t> numbers;
  accounts.ForEach([&](AccountNumber account) { numbers.push_back(account.value()); });
  return numbers;
}

TEST(AccountSetTest, IsEmptyAtFirst) {
  const AccountSet accounts;
  EXPECT_TRUE(accounts.empty());
  EXPECT_EQ(accounts.FirstFrom(AccountNumber(0)), std::nullopt);
  EXPECT_EQ(accounts.FirstFrom(AccountNumber(1'000)), std::nullopt);
}

TEST(AccountSetTest, HoldsEachOnce) {
  AccountSet accounts;
  for (const std::uint32_t number : {64U, 0U, 63U, 64U, 1'000U, 0U}) {
    accounts.Insert(AccountNumber(number));
  }
  EXPECT_EQ(NumbersOf(accounts), (std::vector<std::uint32_t>{0, 63, 64, 1'000}));
  EXPECT_EQ(accounts.size(), 4U);
}

TEST(AccountSetTest, ForgetsWhatIsErased) {
  AccountSet accounts;
  accounts.Insert(AccountNumber(3));
  accounts.Insert(AccountNumber(70));
  accounts.Erase(AccountNumber(3));
  accounts.Erase(AccountNumber(4));
  accounts.Erase(AccountNumber(5'000));
  EXPECT_EQ(NumbersOf(accounts), (std::vector<std::uint32_t>{70}));
  EXPECT_EQ(accounts.size(), 1U);
  accounts.Clear();
  EXPECT_TRUE(accounts.empty());
  EXPECT_TRUE(NumbersOf(accounts).empty());
}

TEST(AccountSetTest, TakesUpAnotherSet) {
  AccountSet few;
  few.Insert(AccountNumber(1));
  few.Insert(AccountNumber(2));
  AccountSet far;
  far.Insert(AccountNumber(2));
  far.Insert(AccountNumber(500));
  AccountSet both = few;
  both.Insert(far);
  EXPECT_EQ(NumbersOf(both), (std::vector<std::uint32_t>{1, 2, 500}));
  EXPECT_EQ(both.size(), 3U);
  far.Insert(few);
  EXPECT_EQ(NumbersOf(far), NumbersOf(both));
}

TEST(AccountSetTest, EqualsASet) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  AccountSet accounts;
  std::set<std::uint32_t> expected;
  for (int step = 0; step < 20'000; ++step) {
    const auto number = static_cast<std::uint32_t>(random() % 3'000);
    if (random() % 2 == 0) {
      accounts.Insert(AccountNumber(number));
      expected.insert(number);
    } else {
      accounts.Erase(AccountNumber(number));
      expected.erase(number);
    }
    const auto from = static_cast<std::uint32_t>(random() % 3'100);
    const auto found = accounts.FirstFrom(AccountNumber(from));
    const auto known = expected.lower_bound(from);
    ASSERT_EQ(found.has_value(), known != expected.end());
    ASSERT_TRUE(!found || found->value() == *known);
    ASSERT_EQ(accounts.size(), expected.size());
  }
}

}  // namespace
}  // namespace paylog::ledger
