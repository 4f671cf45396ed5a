#include "paylog/story/rewrite.h"

#include <string>

#include <gtest/gtest.h>

#include "paylog/story/parse.h"
#include "paylog/test_support/must.h"

namespace paylog::story {
namespace {

using test_support::Must;

std::vector<Finding> FindingsOf(const std::string& text) {
  return Must(Play(Must(Parse(text)))).findings;
}

TEST(Rewrite, PutsWhatWasFoundAndKeepsTheRest) {
  const std::string text =
      "# Alice => and the rest\n"
      "open alice EUR     => rejected account_exists\n"
      "\n"
      "  deposit alice 1.00 EUR   \n"
      "    # between\n"
      "at once\n"
      "\tclose alice\n"
      "      =>   completed\n"
      "end\n"
      "balance alice   9.00 EUR, closed\n"
      "balance alice\n"
      "partition alice  0";
  const std::string right =
      "# Alice => and the rest\n"
      "open alice EUR     => completed\n"
      "\n"
      "  deposit alice 1.00 EUR  => completed\n"
      "    # between\n"
      "at once\n"
      "\tclose alice\n"
      "      =>   rejected balance_not_zero\n"
      "end\n"
      "balance alice   1.00 EUR\n"
      "balance alice 1.00 EUR\n"
      "partition alice  1";
  const std::string rewritten = Rewrite(text, FindingsOf(text));
  EXPECT_EQ(rewritten, right);
  // Now all is as told, and there is nothing left to write.
  EXPECT_TRUE(FindingsOf(rewritten).empty());
  EXPECT_EQ(Rewrite(rewritten, {}), rewritten);
}

}  // namespace
}  // namespace paylog::story
