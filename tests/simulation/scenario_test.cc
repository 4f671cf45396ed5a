#include "paylog/simulation/scenario.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace paylog::simulation {
namespace {

using testing::HasSubstr;

TEST(ScenarioTest, ReadsWhatItWrites) {
  const Scenario drawn = Draw(11);
  auto read = Parse(Format(drawn));
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(*read, drawn);

  Scenario listed = drawn;
  listed.faults = {{"crash", 3}, {"commit-answer-lost", 12}};
  listed.commands = {"{\"type\":\"deposit\"}", "what  ever"};
  read = Parse(Format(listed));
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(*read, listed);
}

TEST(ScenarioTest, DrawsWhatTheFileLeavesOut) {
  const auto read = Parse("# mine\n\nledgers 1\nseed 9\nchance crash 7\n");
  ASSERT_TRUE(read);
  Scenario expected = Draw(9);
  expected.ledgers = 1;
  expected.chances["crash"] = 7;
  EXPECT_EQ(*read, expected);
}

TEST(ScenarioTest, EndpointsOfTheFileTakeThePlaceOfThoseThatAreDrawn) {
  std::uint64_t seed = 1;
  while (Draw(seed).endpoints.empty()) {
    ++seed;
  }
  const std::string head = "seed " + std::to_string(seed) + '\n';
  EXPECT_EQ(Parse(head)->endpoints, Draw(seed).endpoints);
  EXPECT_TRUE(Parse(head + "no-endpoints")->endpoints.empty());
  const auto read = Parse(head +
                          "endpoint shop statuses completed,refused accounts alice,bob\n"
                          "endpoint all\n");
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(
      read->endpoints,
      (std::vector<WebhookEndpoint>{
          {.name = "shop", .accounts = {"alice", "bob"}, .statuses = {"completed", "refused"}},
          {.name = "all", .accounts = {}, .statuses = {}}}));
  EXPECT_EQ(Parse(Format(*read))->endpoints, read->endpoints);
}

TEST(ScenarioTest, NamesTheLineThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"seed x", "line 1: expected a number"},
      {"seed 1\npartitions 0", "line 2: expected a number from 1 to 16"},
      {"seed 1\n\ncolour red", "line 3: 'colour' is not known"},
      {"fault meteor 1", "line 1: there is no fault 'meteor'"},
      {"fault crash", "line 1: expected a number from 1"},
      {"chance crash 10001", "line 1: expected a number from 0 to 10000"},
      {"ledgers 2 3", "line 1: expected a number"},
      {"notifiers 9", "line 1: expected a number from 0 to 8"},
      {"standbys 9", "line 1: expected a number from 0 to 8"},
      {"endpoint", "line 1: an endpoint is NAME"},
      {"endpoint -shop", "line 1: an endpoint is NAME"},
      {"endpoint shop accounts", "line 1: an endpoint is NAME"},
      {"endpoint shop accounts $external:EUR", "line 1: an endpoint is NAME"},
      {"endpoint shop statuses done", "line 1: an endpoint is NAME"},
      {"endpoint shop accounts a accounts b", "line 1: an endpoint is NAME"},
      {"endpoint shop\nendpoint shop", "line 2: there is another endpoint 'shop'"},
      {"no-endpoints 1", "line 1: 'no-endpoints' is not known"},
  };
  for (const auto& [text, error] : cases) {
    const auto read = Parse(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().context, HasSubstr(error)) << text;
  }
}

}  // namespace
}  // namespace paylog::simulation
