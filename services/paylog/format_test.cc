#include "paylog/cli/format.h"

#include <gtest/gtest.h>

namespace paylog::cli {
namespace {

Table Results() {
  Table table({"account", "amount>", "balances"});
  table.Add({"alice", "1", "alice=8750 bob=1250 carol=7"});
  table.Add({"bob", "1250", ""});
  return table;
}

TEST(Table, IsAsWideAsItsCellsWhereThereIsNoTerminal) {
  EXPECT_EQ(Results().Render(std::nullopt),
            "account  amount  balances\n"
            "alice         1  alice=8750 bob=1250 carol=7\n"
            "bob        1250\n");
}

TEST(Table, IsTheSameWhereItJustFits) {
  EXPECT_EQ(Results().Render(44), Results().Render(std::nullopt));
}

TEST(Table, BreaksTheLastColumnAtSpacesWhereItDoesNotFit) {
  const std::string expected =
      "account  amount  balances\n"
      "alice         1  alice=8750 bob=1250\n"
      "                 carol=7\n"
      "bob        1250\n";
  EXPECT_EQ(Results().Render(43), expected);
  EXPECT_EQ(Results().Render(36), expected);
}

TEST(Table, ShowsBlocksWhereAWordWouldHaveToBeBroken) {
  EXPECT_EQ(Results().Render(26),
            "account   alice\n"
            "amount    1\n"
            "balances  alice=8750\n"
            "          bob=1250 carol=7\n"
            "\n"
            "account   bob\n"
            "amount    1250\n"
            "balances\n");
  EXPECT_NE(Results().Render(1).find("\n          bob=1250\n          carol=7\n"),
            std::string::npos);
}

TEST(Table, NeverBreaksAColumnOfNumbers) {
  Table table({"account", "posted>"});
  table.Add({"alice", "9007199254740991"});
  EXPECT_EQ(table.Render(24), "account  alice\nposted   9007199254740991\n");
  EXPECT_EQ(table.Render(25),
            "account            posted\n"
            "alice    9007199254740991\n");
}

TEST(Table, WithoutRowsHasItsHeaderOnly) {
  EXPECT_EQ(Table({"account", "posted>"}).Render(80), "account  posted\n");
}

TEST(Table, KeepsSpacesThatStandTogether) {
  Table table({"id", "body"});
  table.Add({"7", "a  b   c"});
  EXPECT_EQ(table.Render(std::nullopt), "id  body\n7   a  b   c\n");
}

TEST(AlignedLine, PushesTheRestAlongAndBreaksTheLastCell) {
  const std::vector<std::size_t> widths = {3, 2, 5};
  EXPECT_EQ(AlignedLine({"a", "b", "c d"}, widths, std::nullopt), "a    b   c d\n");
  EXPECT_EQ(AlignedLine({"abcdef", "b", "c d"}, widths, std::nullopt), "abcdef  b   c d\n");
  EXPECT_EQ(AlignedLine({"a", "b", "c=1 d=2"}, widths, 13), "a    b   c=1\n         d=2\n");
  EXPECT_EQ(AlignedLine({"a", "b", "c=1 d=2"}, widths, 4), "a    b   c=1\n         d=2\n");
  EXPECT_EQ(AlignedLine({"a", "b", ""}, widths, 13), "a    b\n");
}

TEST(CsvLine, QuotesWhatNeedsIt) {
  EXPECT_EQ(CsvLine({"a", "b,c", "d\"e", ""}), "a,\"b,c\",\"d\"\"e\",\n");
}

}  // namespace
}  // namespace paylog::cli
