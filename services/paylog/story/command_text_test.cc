#include "paylog/story/command_text.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/test_support/must.h"

namespace paylog::story {
namespace {

std::string BodyOf(std::string_view text) {
  return test_support::Must(CommandBody(text, "line-3"));
}

TEST(CommandText, BecomesTheBodyOfEveryCommand) {
  EXPECT_EQ(BodyOf("open alice EUR"),
            R"({"type":"open_account","command_id":"line-3","account":"alice","currency":"EUR"})");
  EXPECT_EQ(BodyOf("o-1: open a EUR overdraft 5.00 max 9.00"),
            R"({"type":"open_account","command_id":"o-1","account":"a","currency":"EUR",)"
            R"("overdraft_limit":500,"max_balance":900})");
  EXPECT_EQ(BodyOf("update a JPY min 5"),
            R"({"type":"update_account","command_id":"line-3","account":"a","min_balance":5})");
  EXPECT_EQ(BodyOf("freeze a debits \"card stolen\""),
            R"({"type":"freeze_account","command_id":"line-3","account":"a","scope":"debits",)"
            R"("reason":"card stolen"})");
  EXPECT_EQ(BodyOf("unfreeze a both \"found\""),
            R"({"type":"unfreeze_account","command_id":"line-3","account":"a","scope":"both",)"
            R"("reason":"found"})");
  EXPECT_EQ(BodyOf("close a"), R"({"type":"close_account","command_id":"line-3","account":"a"})");
  EXPECT_EQ(BodyOf("deposit wallet:anna 0.07 EUR"),
            R"({"type":"deposit","command_id":"line-3","account":"wallet:anna","amount":7,)"
            R"("currency":"EUR"})");
  EXPECT_EQ(BodyOf("w:1: withdraw a 1 KWD"),
            R"({"type":"withdraw","command_id":"w:1","account":"a","amount":1000,)"
            R"("currency":"KWD"})");
  EXPECT_EQ(BodyOf(R"(t: transfer a -> b 1.00 EUR ref "in\voice" meta order "7" meta x "y z")"),
            R"({"type":"transfer","command_id":"t","debtor_account":"a","creditor_account":"b",)"
            R"("amount":100,"currency":"EUR","reference":"in\\voice",)"
            R"("metadata":{"order":"7","x":"y z"}})");
}

TEST(CommandText, SaysWhatIsWrong) {
  const auto why = [](std::string_view text) {
    return test_support::ErrorOf(CommandBody(text, "line-3")).context;
  };
  EXPECT_THAT(why("trasnfer a -> b 1.00 EUR"), testing::HasSubstr("'trasnfer' is not a command"));
  EXPECT_THAT(why("inv-1:"), testing::HasSubstr("'inv-1:' is not a command"));
  EXPECT_THAT(why("open alice"), testing::HasSubstr("here must stand a currency"));
  EXPECT_THAT(why("open alice EURO"), testing::HasSubstr("'EURO' is not a currency"));
  EXPECT_THAT(why("open alice EUR over 5.00"), testing::HasSubstr("not 'over'"));
  EXPECT_THAT(why("deposit alice 12.5 EUR"), testing::HasSubstr("with 2 decimals or none"));
  EXPECT_THAT(why("transfer a b 1.00 EUR"), testing::HasSubstr("DEBTOR -> CREDITOR"));
  EXPECT_THAT(why("freeze a both stolen"), testing::HasSubstr("a reason in double quotes"));
  EXPECT_THAT(why("freeze a both \"stolen"), testing::HasSubstr("a quote is not closed"));
  EXPECT_THAT(why("close a b"), testing::HasSubstr("nothing more, not 'b'"));
}

}  // namespace
}  // namespace paylog::story
