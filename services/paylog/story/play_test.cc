#include "paylog/story/play.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/story/parse.h"
#include "paylog/test_support/must.h"

namespace paylog::story {
namespace {

using test_support::ErrorOf;
using test_support::Must;

Played PlayText(const std::string& text) {
  return Must(Play(Must(Parse(text))));
}

TEST(Play, FindsNothingWhereAllComesAsTold) {
  const Played played = PlayText(
      "open alice EUR => completed\n"
      "deposit alice 1.00 EUR => completed, with alice 1.00 EUR\n"
      "balance alice 1.00 EUR\n");
  EXPECT_TRUE(played.findings.empty());
  EXPECT_EQ(played.commands, 2);
  EXPECT_EQ(played.expectations, 3);
  EXPECT_EQ(played.audit, std::nullopt);
  ASSERT_EQ(played.accounts.size(), 1U);
  EXPECT_EQ(played.accounts[0].account, "alice");
  EXPECT_EQ(played.accounts[0].partition, 1);
}

TEST(Play, FindsEveryKindOfWrongExpectation) {
  const Played played = PlayText(
      "open alice EUR => rejected account_exists\n"
      "deposit alice 1.00 EUR => completed, with alice 2.00 EUR\n"
      "withdraw alice 9.00 EUR => rejected debits_frozen\n"
      "raw: x => dead letter invalid_utf8\n"
      "close alice\n"
      "balance alice 2.00 EUR\n"
      "balance alice 1.00 EUR, available 2.00\n"
      "balance alice 1.00 EUR, closed\n"
      "balance bob 1.00 EUR\n"
      "balance alice\n"
      "partition alice 2\n");
  std::vector<std::string> found;
  for (const Finding& finding : played.findings) {
    EXPECT_EQ(finding.line, static_cast<std::int64_t>(found.size()) + 1);
    found.push_back(finding.found);
  }
  EXPECT_THAT(found, testing::ElementsAre("completed", "completed, with alice 1.00 EUR",
                                          "rejected insufficient_funds", "dead letter invalid_json",
                                          "rejected balance_not_zero", "1.00 EUR",
                                          "1.00 EUR, available 1.00", "1.00 EUR", "no account",
                                          "1.00 EUR", "1"));
  EXPECT_EQ(played.findings[4].expected, std::nullopt);
  EXPECT_EQ(played.expectations, 9);
}

TEST(Play, AtOnceIsNotOneAfterAnother) {
  // On one after another bob has the money before he pays.
  const std::string open =
      "open alice EUR => completed\nopen bob EUR => completed\nopen erin EUR => completed\n"
      "deposit alice 5.00 EUR => completed\n";
  const std::string pay = "transfer alice -> bob 5.00 EUR => completed\n";
  EXPECT_TRUE(
      PlayText(open + pay + "transfer bob -> erin 5.00 EUR => completed\n").findings.empty());
  EXPECT_TRUE(PlayText(open + "at once\n" + pay +
                       "transfer bob -> erin 5.00 EUR => rejected insufficient_funds\nend\n")
                  .findings.empty());
}

TEST(Play, RefusesAPartitionThatThereIsNot) {
  const auto played = Play(Must(Parse("partitions 2\nopen a EUR => completed\nraw on 2: {}\n")));
  EXPECT_EQ(ErrorOf(played).context, "3: there is no partition 2; there are 2, counted from 0");
  EXPECT_EQ(ErrorOf(played).code, base::ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace paylog::story
