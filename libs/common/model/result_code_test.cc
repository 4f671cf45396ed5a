#include "paylog/model/result_code.h"

#include <set>

#include <gtest/gtest.h>

namespace paylog::model {
namespace {

TEST(ResultCode, NamesReadBack) {
  std::set<std::string_view> names;
  for (const ResultCodeInfo& info : AllResultCodes()) {
    EXPECT_EQ(ParseResultCode(info.name), info.code);
    EXPECT_EQ(&InfoOf(info.code), &info);
    EXPECT_FALSE(info.meaning.empty());
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
  }
  EXPECT_EQ(ToString(ResultCode::kInsufficientFunds), "insufficient_funds");
  EXPECT_EQ(ParseResultCode("no_such_code"), std::nullopt);
}

// A change of any of these numbers would change what stored outcomes mean.
TEST(ResultCode, NumbersAreFrozen) {
  EXPECT_EQ(static_cast<int>(ResultCode::kOk), 0);
  EXPECT_EQ(static_cast<int>(ResultCode::kWrongPartition), 24);
  EXPECT_EQ(static_cast<int>(ResultCode::kIdempotencyConflict), 25);
  EXPECT_EQ(static_cast<int>(ResultCode::kInsufficientFunds), 32);
  EXPECT_EQ(static_cast<int>(ResultCode::kCreditorBalanceOverflow), 41);
}

// The outcome of a transfer must not depend on where its accounts live.
TEST(ResultCode, DebtorCodesPrecedeCreditorCodes) {
  bool creditor_seen = false;
  for (const ResultCodeInfo& info : AllResultCodes()) {
    const bool creditor = info.name.starts_with("creditor_");
    EXPECT_FALSE(creditor_seen && !creditor) << info.name;
    creditor_seen = creditor_seen || creditor;
  }
  EXPECT_TRUE(creditor_seen);
}

}  // namespace
}  // namespace paylog::model
