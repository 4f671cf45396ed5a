#include "paylog/story/expectation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/test_support/must.h"

namespace paylog::story {
namespace {

using test_support::ErrorOf;
using test_support::Must;

TEST(Expectation, OfAnOutcomeHasOneSpelling) {
  for (const char* text :
       {"completed", "completed, duplicate", "rejected insufficient_funds",
        "rejected creditor_closed, duplicate, reopened alice",
        "completed, with alice 12.50 EUR and yuki -7 JPY", "refused missing_field at $.currency",
        "refused unknown_field at $.metadata['a, b at c']", "dead letter invalid_json"}) {
    EXPECT_EQ(Format(Must(ParseOutcome(text))), text);
  }
  EXPECT_EQ(Format(Must(ParseOutcome("rejected  account_closed ,duplicate"))),
            "rejected account_closed, duplicate");
}

TEST(Expectation, OfAStandingHasOneSpelling) {
  for (const char* text :
       {"no account", "12.50 EUR", "-0.01 EUR, available 0.00", "0 JPY, frozen debits",
        "1.250 KWD, frozen credits, closed", "0.00 EUR, available 1.00, frozen both, closed"}) {
    EXPECT_EQ(Format(Must(ParseStanding(text))), text);
  }
}

TEST(Expectation, ThatIsNoneSaysWhy) {
  for (const char* text : {"", "done", "completed ok", "rejected", "rejected ok",
                           "rejected nonsense", "completed, twice", "completed, with alice",
                           "completed, with a 1.5 EUR", "completed, with a 1.00 EURO"}) {
    EXPECT_NE(ErrorOf(ParseOutcome(text)).context, "") << text;
  }
  for (const char* text : {"", "12.50", "12.5 EUR", "12.50 EUR EUR", "12.50 EUR, available x",
                           "12.50 EUR, frozen", "12.50 EUR, shut", "no"}) {
    EXPECT_NE(ErrorOf(ParseStanding(text)).context, "") << text;
  }
}

TEST(Expectation, IsComparedInWhatItSaysOnly) {
  const Outcome found = Must(ParseOutcome("refused missing_field, with a 1.00 EUR at $.x"));
  EXPECT_EQ(Format(AsTold(found, Must(ParseOutcome("refused missing_field")))),
            "refused missing_field");
  EXPECT_EQ(Format(AsTold(found, Must(ParseOutcome("refused missing_field at $.y")))),
            "refused missing_field at $.x");
  const Standing stands = Must(ParseStanding("1.00 EUR, available 2.00, closed"));
  EXPECT_EQ(Format(AsTold(stands, Must(ParseStanding("1.00 EUR")))), "1.00 EUR, closed");
}

}  // namespace
}  // namespace paylog::story
