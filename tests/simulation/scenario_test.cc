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

TEST(ScenarioTest, NamesTheLineThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"seed x", "line 1: expected a number"},
      {"seed 1\npartitions 0", "line 2: expected a number from 1 to 16"},
      {"seed 1\n\ncolour red", "line 3: 'colour' is not known"},
      {"fault meteor 1", "line 1: there is no fault 'meteor'"},
      {"fault crash", "line 1: expected a number from 1"},
      {"chance crash 10001", "line 1: expected a number from 0 to 10000"},
      {"ledgers 2 3", "line 1: expected a number"},
  };
  for (const auto& [text, error] : cases) {
    const auto read = Parse(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().context, HasSubstr(error)) << text;
  }
}

}  // namespace
}  // namespace paylog::simulation
