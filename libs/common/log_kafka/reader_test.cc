#include "paylog/log_kafka/reader.h"

#include <chrono>

#include <gtest/gtest.h>

#include "paylog/log_kafka/mock_brokers.h"

namespace paylog::log_kafka {
namespace {

// A leader that is silent, such as one that was paused, must not hold up a take-over: librdkafka's
// own query of an end has no time-out once it was sent.
class ReaderTest : public testing::Test {
 protected:
  static constexpr std::chrono::milliseconds kSilence{40'000};

  // Asks for the end of an empty partition whose leader answers only after the silence.
  base::Result<base::Offset> AskASilentLeader(const std::string& socket_timeout_ms) {
    MockBrokers brokers(Properties{{"socket.timeout.ms", socket_timeout_ms}});
    auto client = brokers.cluster().TakeReader(log::Isolation::kReadUncommitted);
    EXPECT_TRUE(client);
    Reader reader(brokers.cluster(), MockedPartition(), log::Isolation::kReadUncommitted,
                  std::move(client).value());
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

}  // namespace
}  // namespace paylog::log_kafka
