#include "paylog/story/parse.h"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/test_support/must.h"

namespace paylog::story {
namespace {

using test_support::ErrorOf;
using test_support::Must;

TEST(Parse, ReadsStepsSettingsAndPlaces) {
  const Story story =
      Must(Parse("# a story\n"
                 "partitions 2\n"
                 "\n"
                 "open alice EUR  => completed\n"
                 "at once\n"
                 "  close alice\n"
                 "    => completed\n"
                 "  close bob\n"
                 "end\n"
                 "balance alice 0.00 EUR, closed\r\n"
                 "partition alice 1"));
  EXPECT_EQ(story.partitions, 2);
  ASSERT_EQ(story.steps.size(), 4U);
  const auto& open = std::get<SendTogether>(story.steps[0]).sends;
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].text, "open alice EUR");
  EXPECT_EQ(open[0].place.line, 4);
  EXPECT_EQ(open[0].place.column, 19U);
  const auto& together = std::get<SendTogether>(story.steps[1]).sends;
  ASSERT_EQ(together.size(), 2U);
  EXPECT_EQ(together[0].line, 6);
  EXPECT_EQ(together[0].place.line, 7);
  EXPECT_FALSE(together[1].expected);
  EXPECT_EQ(together[1].place.column, std::string::npos);
  EXPECT_TRUE(std::get<CheckBalance>(story.steps[2]).expected->closed);
  EXPECT_EQ(std::get<CheckPartition>(story.steps[3]).expected, 1);
}

TEST(Parse, ReadsRawRecords) {
  const Story story =
      Must(Parse("raw: hello  => dead letter invalid_json\n"
                 "raw no key on 3: {\"a\": 1}\n"
                 "raw key shop:1 on 0: x\n"
                 "raw padded to 10: {}\n"
                 "raw hex: 22fF\n"
                 "{\"type\": \"x\"}\n"));
  const auto send = [&](std::size_t i) { return std::get<SendTogether>(story.steps[i]).sends[0]; };
  EXPECT_EQ(send(0).body, "hello");
  EXPECT_FALSE(send(0).key);
  EXPECT_EQ(send(1).body, "{\"a\": 1}");
  ASSERT_TRUE(send(1).key);
  EXPECT_FALSE(send(1).key->has_value());
  EXPECT_EQ(send(1).partition, 3);
  EXPECT_EQ(send(2).key.value(), "shop:1");
  EXPECT_EQ(send(3).body, "{}        ");
  EXPECT_EQ(send(4).body, "\x22\xff");
  EXPECT_EQ(send(5).body, "{\"type\": \"x\"}");
}

TEST(Parse, SaysWhereAndWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "1: there is no command"},
      {"# nothing\n\n", "2: there is no command"},
      {"open a EUR\npartitions 2\n", "2: 'partitions' stands before all commands"},
      {"partitions 0\n", "1: 'partitions' takes a number"},
      {"partitions 65\n", "1: 'partitions' takes a number"},
      {"\nend\n", "2: 'end' without"},
      {"at once\nat once\n", "2: 'at once' within"},
      {"open a EUR\nat once\nclose a\n", "2: 'at once' has no 'end'"},
      {"at once\nbalance a 1.00 EUR\n", "2: 'balance' within 'at once'"},
      {"=> completed\n", "1: '=>' must stand behind a command"},
      {"close a => completed\n=> completed\n", "2: '=>' must stand behind a command, once"},
      {"close a =>\n", "1: '' is not an outcome"},
      {"close a\nbalance a 1.00 EUR\n=> completed", "3: '=>' must stand behind"},
      {"balance\n", "1: a balance is written"},
      {"partition a x\n", "1: where an account lies is written"},
      {"raw on 1 {}\n", "1: a raw record is written"},
      {"raw on x: {}\n", "1: 'on' takes the number"},
      {"raw padded to 999999: {}\n", "1: 'padded' is not what"},
      {"raw hex: 2\n", "1: behind 'hex:' stand bytes"},
      {"open a EUR\n  pay a\n", "2: 'pay' is not a command"},
  };
  for (const auto& [text, why] : cases) {
    EXPECT_THAT(ErrorOf(Parse(text)).context, testing::StartsWith(why)) << text;
  }
}

// Any line, made of what stories are made of, is read or refused, and a refusal names its line.
TEST(Parse, SurvivesAnyText) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const char* const pieces[] = {"open ",     "alice",      " ",
                                "EUR",       " 1.00",      "=>",
                                " => ",      "at once",    "end",
                                "\n",        "\"",         "raw",
                                ":",         ": ",         "hex",
                                "{",         "}",          "balance ",
                                "completed", ", ",         "with ",
                                " and ",     "#",          "\t",
                                "\r",        "partition ", "9",
                                "-",         "->",         "transfer ",
                                "\xff",      "rejected ",  "account_closed",
                                " at "};
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto left = random() % 24; left > 0; --left) {
      text += pieces[random() % std::size(pieces)];
    }
    const auto story = Parse(text);
    read += story ? 1 : 0;
    if (!story) {
      const std::string& context = story.error().context;
      EXPECT_TRUE(context.front() >= '1' && context.front() <= '9') << text << "\n" << context;
    }
  }
  EXPECT_GT(read, 0);
}

}  // namespace
}  // namespace paylog::story
