#include "paylog/model/account_id.h"

#include <gtest/gtest.h>

#include "paylog/model/command_id.h"

namespace paylog::model {
namespace {

TEST(AccountId, TakesTheDocumentedCharactersAndLengths) {
  for (const auto& text :
       {std::string("a"), std::string("berka:704"), std::string("A.b_c-9"), std::string(64, 'z')}) {
    EXPECT_TRUE(AccountId::Parse(text).has_value()) << text;
  }
  for (const auto& text : {std::string(), std::string(65, 'z'), std::string(".a"),
                           std::string("a b"), std::string("a\n"), std::string("\xc3\xa4"),
                           std::string("a\0b", 3), std::string("$external:EUR")}) {
    EXPECT_FALSE(AccountId::Parse(text).has_value()) << text;
  }
}

TEST(AccountId, SystemAccountsAreReadOnlyWhereTheJournalIsRead) {
  const Currency euro = *Currency::Parse("EUR");
  EXPECT_EQ(AccountId::External(euro).value(), "$external:EUR");
  EXPECT_TRUE(AccountId::Transit(euro).is_system());
  EXPECT_EQ(AccountId::ParseAny("$transit:EUR"), AccountId::Transit(euro));
  EXPECT_EQ(AccountId::ParseAny("$transit:XXX"), std::nullopt);
  EXPECT_EQ(AccountId::ParseAny("$other:EUR"), std::nullopt);
}

TEST(CommandId, IsVisibleAsciiOfBoundedLength) {
  EXPECT_TRUE(CommandId::Parse("207264:adjust").has_value());
  EXPECT_TRUE(CommandId::Parse(std::string(64, '~')).has_value());
  for (const auto& text : {std::string(), std::string(65, 'x'), std::string("a b"),
                           std::string("\x7f"), std::string("\xc3\xa4")}) {
    EXPECT_FALSE(CommandId::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace paylog::model
