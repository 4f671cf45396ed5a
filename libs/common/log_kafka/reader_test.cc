#include "paylog/log_kafka/reader.h"

#include <chrono>

#include <gtest/gtest.h>

#include "paylog/log_kafka/mock_brokers.h"
#include "paylog/test_support/must.h"

namespace paylog::log_kafka {
namespace {

using test_support::Must;

// A leader that is silent, such as one that was paused, must not hold up a take-over: librdkafka's
// own query of an end has no time-out once it was sent.
class ReaderTest : public testing::Test {
 protected:
  static constexpr std::chrono::milliseconds kSilence{40'000};

  // Asks for the end of an empty partition whose leader answers only after the silence.
  base::Result<base::Offset> AskASilentLeader(const std::string& socket_timeout_ms) {
    MockBrokers brokers(Properties{{"socket.timeout.ms", socket_timeout_ms}});
    Reader reader(brokers.cluster(), MockedPartition(), log::Isolation::kReadUncommitted);
    brokers.DelayNext(Request::kListOffsets, kSilence.count());
    const auto begun = std::chrono::steady_clock::now();
    auto end = reader.EndOffset();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, kSilence);
    EXPECT_EQ(brokers.WaitingFor(Request::kListOffsets), 0U) << "the broker was not asked";
    return end;
  }
};

TEST_F(ReaderTest, AsksAgainWhereTheConnectionWasGivenUp) {
  const auto end = AskASilentLeader("1000");
  ASSERT_TRUE(end) << end.error().ToString();
  EXPECT_EQ(*end, base::Offset(0));
}

TEST_F(ReaderTest, GivesUpOnALeaderThatStaysSilent) {
  const auto end = AskASilentLeader("60000");
  ASSERT_FALSE(end);
  EXPECT_TRUE(end.error().retriable) << end.error().ToString();
}

TEST(ReadersClients, AreSharedButForOnePartition) {
  constexpr auto kCommitted = log::Isolation::kReadCommitted;
  MockBrokers brokers({});
  Cluster& cluster = brokers.cluster();
  const log::TopicPartition first = MockedPartition();
  const log::TopicPartition second{.topic = first.topic, .partition = base::PartitionId(1)};
  const auto client = Must(cluster.TakeReader(kCommitted, first));
  EXPECT_EQ(Must(cluster.TakeReader(kCommitted, second)), client);
  const auto other = Must(cluster.TakeReader(kCommitted, first));
  EXPECT_NE(other, client) << "librdkafka reads a partition once in each client";
  EXPECT_NE(Must(cluster.TakeReader(log::Isolation::kReadUncommitted, first)), client);
  cluster.ReturnReader(client, first);
  EXPECT_EQ(Must(cluster.TakeReader(kCommitted, first)), client);
  EXPECT_EQ(Must(cluster.TakeReader(kCommitted, second)), other);
  EXPECT_EQ(Must(cluster.QueryClient(kCommitted)), client) << "that takes nobody's place";
}

}  // namespace
}  // namespace paylog::log_kafka
