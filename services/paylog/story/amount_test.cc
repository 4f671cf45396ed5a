#include "paylog/story/amount.h"

#include <gtest/gtest.h>

namespace paylog::story {
namespace {

model::Currency Of(const char* code) {
  return *model::Currency::Parse(code);
}

TEST(Amount, BecomesMinorUnitsExactly) {
  EXPECT_EQ(MinorDigits("12.50", Of("EUR")), "1250");
  EXPECT_EQ(MinorDigits("12", Of("EUR")), "1200");
  EXPECT_EQ(MinorDigits("0.01", Of("EUR")), "1");
  EXPECT_EQ(MinorDigits("0.00", Of("EUR")), "0");
  EXPECT_EQ(MinorDigits("007.00", Of("EUR")), "700");
  EXPECT_EQ(MinorDigits("1250", Of("JPY")), "1250");
  EXPECT_EQ(MinorDigits("1.250", Of("KWD")), "1250");
  EXPECT_EQ(MinorDigits("90071992547409.92", Of("EUR")), "9007199254740992");
  EXPECT_EQ(MinorDigits("123456789012345678901234567890.00", Of("EUR")),
            "12345678901234567890123456789000");
}

TEST(Amount, WithOtherDecimalsIsNone) {
  for (const char* text : {"", ".", "12.5", "12.500", "12.", ".50", "1,50", "-1.00", "+1.00", "1e2",
                           "1_000", " 1.00", "1.0x", "0x10"}) {
    EXPECT_EQ(MinorDigits(text, Of("EUR")), std::nullopt) << text;
  }
  EXPECT_EQ(MinorDigits("12.50", Of("JPY")), std::nullopt);
  EXPECT_EQ(MinorDigits("1.", Of("JPY")), std::nullopt);
  EXPECT_EQ(MinorDigits("1.25", Of("KWD")), std::nullopt);
}

TEST(Amount, OfABalanceIsReadAsItIsWritten) {
  for (const char* text : {"0.00", "0.01", "-0.01", "-899.99", "12.50", "90071992547409.91"}) {
    const auto minor = ParseBalance(text, Of("EUR"));
    ASSERT_TRUE(minor) << text;
    EXPECT_EQ(FormatAmount(*minor, Of("EUR")), text);
  }
  EXPECT_EQ(FormatAmount(-7, Of("JPY")), "-7");
  EXPECT_EQ(FormatAmount(-7, Of("KWD")), "-0.007");
  EXPECT_EQ(ParseBalance("--1.00", Of("EUR")), std::nullopt);
  EXPECT_EQ(ParseBalance("-", Of("EUR")), std::nullopt);
  EXPECT_EQ(ParseBalance(std::string(60, '9'), Of("EUR")), std::nullopt);
}

}  // namespace
}  // namespace paylog::story
