#include "paylog/log_kafka/writer_pair.h"

#include <string>

#include <gtest/gtest.h>

#include "paylog/log_kafka/mock_brokers.h"

// Which id a transaction is on shows in the error when it is fenced. That two owners never commit
// beside each other is shown on a real broker, by tests/contract.
namespace paylog::log_kafka {
namespace {

const Properties kShort = {{"transaction.timeout.ms", "6000"}, {"socket.timeout.ms", "1000"}};
constexpr int kLongerThanARequestMs = 3'000;
constexpr const char* kFirst = "mocked-0";
constexpr const char* kSecond = "mocked-1";

class WriterPairTest : public testing::Test {
 protected:
  WriterPairTest() { EXPECT_TRUE(pair_.Init()); }

  // Uses the pair up.
  std::string IdOfTheNextTransaction() {
    brokers_.FailNext(Request::kEndTxn, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED});
    const auto committed = CommitOne(pair_);
    EXPECT_FALSE(committed.has_value());
    EXPECT_EQ(brokers_.WaitingFor(Request::kEndTxn), 0U);
    const std::string why = committed ? "" : committed.error().context;
    return why.substr(0, why.find(':'));
  }

  MockBrokers brokers_{kShort};
  WriterPair pair_{brokers_.NewWriter(kFirst), brokers_.NewWriter(kSecond)};
};

TEST_F(WriterPairTest, BeginsWithTheFirstId) {
  EXPECT_EQ(IdOfTheNextTransaction(), kFirst);
}

TEST_F(WriterPairTest, UsesTheSecondIdOnceTheFirstHasCommitted) {
  EXPECT_TRUE(CommitOne(pair_));
  EXPECT_EQ(IdOfTheNextTransaction(), kSecond);
}

TEST_F(WriterPairTest, UsesThemInTurn) {
  EXPECT_TRUE(CommitOne(pair_));
  EXPECT_TRUE(CommitOne(pair_));
  EXPECT_EQ(IdOfTheNextTransaction(), kFirst);
}

TEST_F(WriterPairTest, StaysWithTheFirstIdAfterAnAbort) {
  ASSERT_TRUE(pair_.Begin());
  ASSERT_TRUE(pair_.Append(MockedPartition(), {.value = "dropped"}));
  ASSERT_TRUE(pair_.Abort());
  EXPECT_EQ(IdOfTheNextTransaction(), kFirst);
}

// librdkafka asks no broker to commit nothing.
TEST_F(WriterPairTest, StaysWithTheFirstIdAfterAnEmptyCommit) {
  ASSERT_TRUE(pair_.Begin());
  ASSERT_TRUE(pair_.Commit());
  EXPECT_EQ(IdOfTheNextTransaction(), kFirst);
}

TEST_F(WriterPairTest, BeginsWithTheFirstIdAgainAfterAnInit) {
  EXPECT_TRUE(CommitOne(pair_));
  ASSERT_TRUE(pair_.Init());
  EXPECT_EQ(IdOfTheNextTransaction(), kFirst);
}

TEST_F(WriterPairTest, IsTaintedByALateReplyToEither) {
  for (const bool second : {false, true}) {
    SCOPED_TRACE(second);
    WriterPair pair(brokers_.NewWriter(kFirst), brokers_.NewWriter(kSecond));
    ASSERT_TRUE(pair.Init());
    if (second) {
      ASSERT_TRUE(CommitOne(pair));
    }
    brokers_.DelayNext(Request::kEndTxn, kLongerThanARequestMs);
    ASSERT_TRUE(CommitOne(pair));
    const auto begun = pair.Begin();
    ASSERT_FALSE(begun.has_value());
    EXPECT_EQ(begun.error().code, base::ErrorCode::kTainted);
    EXPECT_FALSE(pair.Abort().has_value());  // Of no more use for anything.
  }
}

}  // namespace
}  // namespace paylog::log_kafka
