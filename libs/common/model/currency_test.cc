#include "paylog/model/currency.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace paylog::model {
namespace {

TEST(Currency, KnowsTheMinorUnits) {
  EXPECT_EQ(Currency::Parse("EUR")->minor_units(), 2);
  EXPECT_EQ(Currency::Parse("JPY")->minor_units(), 0);
  EXPECT_EQ(Currency::Parse("KWD")->minor_units(), 3);
  EXPECT_EQ(Currency::Parse("CLF")->minor_units(), 4);
  EXPECT_EQ(Currency::Parse("CZK")->minor_units(), 2);
}

TEST(Currency, RefusesWhatIsNotActiveOrNotSpelledSo) {
  for (const char* code : {"", "eur", "EU", "EURO", "DEM", "XXX", "XAU", "ZZZ"}) {
    EXPECT_FALSE(Currency::Parse(code).has_value()) << code;
  }
}

TEST(Currency, TheTableIsSortedAndComplete) {
  const auto all = Currency::All();
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
  EXPECT_GT(all.size(), 150U);
  for (const Currency& currency : all) {
    EXPECT_EQ(Currency::Parse(currency.code()), currency);
  }
}

}  // namespace
}  // namespace paylog::model
