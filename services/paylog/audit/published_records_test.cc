#include "paylog/audit/published_records.h"

#include <string>

#include <gtest/gtest.h>

// Goal: what a source published is found in any order, once, and what nobody takes is left over.
namespace paylog::audit {
namespace {

base::Hash256 DigestOf(const std::string& content) {
  return base::Sha256(content);
}

// In order, as a source writes: 0:8, 0:9, 0:10...
void AddInOrder(PublishedRecords& records, int first, int last) {
  for (int i = first; i <= last; ++i) {
    const std::string id = "0:" + std::to_string(i);
    EXPECT_EQ(records.Add(id, base::Offset(i), DigestOf(id)), std::nullopt) << id;
  }
}

bool Takes(PublishedRecords& records, const std::string& id) {
  const PublishedRecords::Record* const taken = records.Take(id, DigestOf(id));
  return taken != nullptr && taken->digest == DigestOf(id) && taken->accounted_for;
}

TEST(PublishedRecordsTest, AreTakenInTheirOrder) {
  PublishedRecords records;
  AddInOrder(records, 8, 12);
  for (int i = 8; i <= 12; ++i) {
    ASSERT_NE(records.FirstLeft(), nullptr);
    EXPECT_EQ(records.FirstLeft()->offset, base::Offset(i));
    EXPECT_TRUE(Takes(records, "0:" + std::to_string(i)));
  }
  EXPECT_EQ(records.FirstLeft(), nullptr);
}

TEST(PublishedRecordsTest, AreTakenInAnyOtherOrder) {
  PublishedRecords records;
  AddInOrder(records, 8, 12);
  for (const char* const id : {"0:11", "0:8", "0:12", "0:10"}) {
    EXPECT_TRUE(Takes(records, id)) << id;
  }
  ASSERT_NE(records.FirstLeft(), nullptr);
  EXPECT_EQ(records.FirstLeft()->offset, base::Offset(9));
  EXPECT_TRUE(Takes(records, "0:9"));
  EXPECT_EQ(records.FirstLeft(), nullptr);
}

TEST(PublishedRecordsTest, OneThatIsMissingIsNotFound) {
  PublishedRecords records;
  EXPECT_EQ(records.Take("0:1", DigestOf("0:1")), nullptr);
  EXPECT_FALSE(records.Contains("0:1"));
  AddInOrder(records, 2, 3);
  EXPECT_EQ(records.Take("0:1", DigestOf("0:1")), nullptr);
  EXPECT_FALSE(records.Contains("0:1"));
  EXPECT_TRUE(records.Contains("0:3"));
  EXPECT_EQ(records.FirstLeft()->offset, base::Offset(2));
}

TEST(PublishedRecordsTest, OneThatSaysSomethingElseIsReturnedAndNotTaken) {
  PublishedRecords records;
  AddInOrder(records, 1, 3);
  const PublishedRecords::Record* const other = records.Take("0:2", DigestOf("another amount"));
  ASSERT_NE(other, nullptr);
  EXPECT_EQ(other->offset, base::Offset(2));
  EXPECT_FALSE(other->accounted_for);
}

TEST(PublishedRecordsTest, TheSameOneAgainIsNamed) {
  PublishedRecords records;
  AddInOrder(records, 1, 3);
  EXPECT_EQ(records.Add("0:3", base::Offset(4), DigestOf("0:3")), base::Offset(3));
  EXPECT_EQ(records.Add("0:1", base::Offset(5), DigestOf("0:1")), base::Offset(1));
  EXPECT_EQ(records.Add("0:4", base::Offset(6), DigestOf("0:4")), std::nullopt);
  EXPECT_EQ(records.Add("0:4", base::Offset(7), DigestOf("0:4")), base::Offset(6));
}

// Of two with one id, the one that is right is taken, wherever it lies; the other is left over.
TEST(PublishedRecordsTest, OneIdWithTwoContentsLeavesOneOver) {
  for (const bool right_first : {true, false}) {
    PublishedRecords records;
    const base::Hash256 right = DigestOf("0:1");
    const base::Hash256 wrong = DigestOf("forged");
    EXPECT_EQ(records.Add("0:1", base::Offset(0), right_first ? right : wrong), std::nullopt);
    EXPECT_EQ(records.Add("0:1", base::Offset(1), right_first ? wrong : right), std::nullopt);
    EXPECT_TRUE(Takes(records, "0:1"));
    ASSERT_NE(records.FirstLeft(), nullptr);
    EXPECT_EQ(records.FirstLeft()->offset, base::Offset(right_first ? 1 : 0));
  }
}

// What lies in another order than the ids' is found all the same, and so is what is there twice.
TEST(PublishedRecordsTest, IdsNeedNoOrder) {
  PublishedRecords records;
  AddInOrder(records, 7, 9);
  AddInOrder(records, 1, 3);
  EXPECT_EQ(records.Add("0:8", base::Offset(20), DigestOf("0:8")), base::Offset(8));
  for (const char* const id : {"0:1", "0:2", "0:3", "0:7", "0:8", "0:9"}) {
    EXPECT_TRUE(Takes(records, id)) << id;
  }
  EXPECT_EQ(records.FirstLeft(), nullptr);
}

}  // namespace
}  // namespace paylog::audit
