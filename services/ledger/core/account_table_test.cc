#include "paylog/ledger/core/account_table.h"

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

// Goal: the table holds what was put into it, and nothing else, however it grows.
namespace paylog::ledger {
namespace {

using model::Account;
using model::AccountId;

AccountId Id(const std::string& name) {
  return *AccountId::Parse(name);
}

Account MakeAccount(const std::string& name, std::int64_t posted) {
  Account account{.id = Id(name), .currency = *model::Currency::Parse("EUR")};
  account.posted = posted;
  return account;
}

std::vector<std::string> NamesOf(const AccountTable& table) {
  std::vector<std::string> names;
  table.ForEach([&](const Account& account) { names.push_back(account.id.ToString()); });
  return names;
}

TEST(AccountTableTest, IsEmptyAtFirst) {
  AccountTable table;
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.Find(Id("alice")), nullptr);
  EXPECT_TRUE(NamesOf(table).empty());
}

TEST(AccountTableTest, FindsWhatWasAdded) {
  AccountTable table;
  table.Add(MakeAccount("alice", 5));
  table.Add(MakeAccount("bob", 7)).held = 2;
  ASSERT_NE(table.Find(Id("alice")), nullptr);
  EXPECT_EQ(table.Find(Id("alice"))->posted, 5);
  EXPECT_EQ(table.Find(Id("bob"))->held, 2);
  EXPECT_EQ(table.Find(Id("bo")), nullptr);
  EXPECT_EQ(NamesOf(table), (std::vector<std::string>{"alice", "bob"}));
}

TEST(AccountTableTest, PutReplacesAndKeepsTheNumber) {
  AccountTable table;
  EXPECT_EQ(table.Put(MakeAccount("alice", 5)), AccountNumber(0));
  EXPECT_EQ(table.Put(MakeAccount("bob", 7)), AccountNumber(1));
  EXPECT_EQ(table.Put(MakeAccount("alice", 6)), AccountNumber(0));
  EXPECT_EQ(table.NumberOf(Id("bob")), AccountNumber(1));
  EXPECT_EQ(table.NumberOf(Id("carol")), std::nullopt);
  EXPECT_EQ(table.At(AccountNumber(0)).posted, 6);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.Find(Id("alice"))->posted, 6);
  EXPECT_EQ(NamesOf(table), (std::vector<std::string>{"alice", "bob"}));
}

TEST(AccountTableTest, AccountsStayWhereTheyAreWhileOthersCome) {
  AccountTable table;
  const Account* const first = &table.Add(MakeAccount("first", 1));
  for (int i = 0; i < 5'000; ++i) {
    table.Add(MakeAccount("account-" + std::to_string(i), i));
  }
  EXPECT_EQ(table.Find(Id("first")), first);
  EXPECT_EQ(first->posted, 1);
}

TEST(AccountTableTest, OneThatWasMovedFromIsEmpty) {
  AccountTable table;
  table.Add(MakeAccount("alice", 5));
  const AccountTable other = std::move(table);
  EXPECT_EQ(other.size(), 1U);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.Find(Id("alice")), nullptr);
  for (int i = 0; i < 100; ++i) {
    table.Add(MakeAccount("account-" + std::to_string(i), i));
  }
  EXPECT_EQ(table.Find(Id("account-99"))->posted, 99);
  EXPECT_EQ(other.size(), 1U);
}

// Two names whose hashes agree in all the bits that a slot keeps: a mix-up would move money.
TEST(AccountTableTest, TellsNamesOfOneHashApart) {
  std::map<std::uint32_t, std::string> names;
  std::string first;
  std::string second;
  for (int i = 0; second.empty(); ++i) {
    ASSERT_LT(i, 2'000'000);
    const std::string name = "a" + std::to_string(i);
    const auto hash = static_cast<std::uint32_t>(std::hash<AccountId>{}(Id(name)));
    const auto [place, added] = names.emplace(hash, name);
    if (!added) {
      first = place->second;
      second = name;
    }
  }
  AccountTable table;
  table.Add(MakeAccount(first, 1));
  EXPECT_EQ(table.Find(Id(second)), nullptr);
  table.Add(MakeAccount(second, 2));
  EXPECT_EQ(table.Find(Id(first))->posted, 1);
  EXPECT_EQ(table.Find(Id(second))->posted, 2);
}

TEST(AccountTableDeathTest, AddsNoAccountTwice) {
  AccountTable table;
  table.Add(MakeAccount("alice", 5));
  EXPECT_DEATH(table.Add(MakeAccount("alice", 6)), "CHECK failed");
}

TEST(AccountTableTest, EqualsAMap) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  AccountTable table;
  std::map<std::string, std::int64_t> expected;
  for (int step = 0; step < 60'000; ++step) {
    const std::string name = "a" + std::to_string(random() % 20'000);
    const auto posted = static_cast<std::int64_t>(random() % 1'000);
    if (random() % 3 != 0) {
      table.Put(MakeAccount(name, posted));
      expected[name] = posted;
    } else {
      const Account* const found = table.Find(Id(name));
      const auto known = expected.find(name);
      ASSERT_EQ(found != nullptr, known != expected.end()) << name;
      ASSERT_TRUE(found == nullptr || found->posted == known->second) << name;
    }
  }
  EXPECT_EQ(table.size(), expected.size());
  std::map<std::string, std::int64_t> held;
  table.ForEach([&](const Account& account) {
    held[account.id.ToString()] = static_cast<std::int64_t>(account.posted);
  });
  EXPECT_EQ(held, expected);
}

}  // namespace
}  // namespace paylog::ledger
