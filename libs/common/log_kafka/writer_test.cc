#include "paylog/log_kafka/writer.h"

#include <chrono>
#include <future>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/base/check.h"
#include "paylog/log_kafka/mock_brokers.h"

namespace paylog::log_kafka {
namespace {

// librdkafka looks once a second for requests that it has waited for too long.
const Properties kShort = {{"transaction.timeout.ms", "6000"}, {"socket.timeout.ms", "1000"}};
constexpr int kLongerThanARequestMs = 3'000;
constexpr std::chrono::seconds kPatience{60};
constexpr auto kCoordinatorNotAvailable = RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;

std::unique_ptr<Writer> InitialisedWriter(MockBrokers& brokers) {
  auto writer = brokers.NewWriter();
  const auto initialised = writer->Init();
  EXPECT_TRUE(initialised) << initialised.error().ToString();
  return writer;
}

template <typename T>
base::ErrorCode CodeOf(const base::Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result.error().code;
}

// librdkafka repeats an EndTxn whose reply was lost, under the same epoch, and says that all is
// well. The first copy may still arrive, and end the next transaction (KAFKA-17754).
TEST(WriterTest, NeedsAHigherEpochAfterADelayedEndTxn) {
  MockBrokers brokers(kShort);
  auto writer = InitialisedWriter(brokers);
  ASSERT_TRUE(CommitOne(*writer));
  brokers.DelayNext(Request::kEndTxn, kLongerThanARequestMs);
  ASSERT_TRUE(CommitOne(*writer));
  EXPECT_EQ(brokers.WaitingFor(Request::kEndTxn), 0U);
  const auto begun = writer->Begin();
  EXPECT_EQ(CodeOf(begun), base::ErrorCode::kTainted);
  EXPECT_EQ(log::RecoveryOf(begun.error()), log::Recovery::kRecreate);
  EXPECT_FALSE(writer->Abort().has_value());  // Of no more use for anything.

  // The new writer asks the coordinator for an epoch before it can begin.
  writer = brokers.NewWriter();
  brokers.FailNext(Request::kInitProducerId,
                   {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED});
  EXPECT_TRUE(writer->Init().error().fatal);
  EXPECT_EQ(brokers.WaitingFor(Request::kInitProducerId), 0U);
  writer = InitialisedWriter(brokers);
  ASSERT_TRUE(CommitOne(*writer));
  EXPECT_EQ(brokers.CountRecords(), 3);
}

// librdkafka 2.0.2 gives this look-up up after three answers, and tells nobody; only a connection
// that comes or goes makes it look again (its issue 5456). So connections that are idle are closed.
TEST(WriterTest, DoesNotWaitForEverForAGroupsCoordinator) {
  Properties properties = kShort;
  properties["connections.max.idle.ms"] = "2000";
  MockBrokers brokers(properties);
  auto writer = InitialisedWriter(brokers);
  ASSERT_TRUE(CommitOne(*writer));
  brokers.FailNext(Request::kFindCoordinator, std::vector(3, kCoordinatorNotAvailable));
  auto outcome = std::async(std::launch::async, [&]() -> base::Result<void> {
    PAYLOG_TRY(writer->Begin());
    PAYLOG_TRY(writer->CommitOffset(log::GroupMetadata::Standalone("another"), MockedPartition(),
                                    base::Offset(1)));
    return writer->Commit();
  });
  CHECK(outcome.wait_for(kPatience) == std::future_status::ready);  // No thread can be left in it.
  const base::Result<void> committed = outcome.get();
  EXPECT_TRUE(committed) << committed.error().ToString();
  EXPECT_EQ(brokers.WaitingFor(Request::kFindCoordinator), 0U);
}

// A client of another kind, made later and left alone as long, shows that the time was enough.
TEST(WriterTest, IsNotTroubledByIdleConnectionsThatAreClosed) {
  Properties properties = kShort;
  properties["connections.max.idle.ms"] = "1000";
  MockBrokers brokers(properties);
  const Options& options = brokers.cluster().options();
  Troubles of_writer(nullptr);
  Troubles of_other(nullptr);
  auto writer = ClientInstance::New(options, ClientKind::kTransactionalWriter, "idle", of_writer);
  auto other = ClientInstance::New(options, ClientKind::kProducer, "", of_other);
  ASSERT_TRUE(writer && other);
  writer->LearnTopics(kPatience);
  other->LearnTopics(kPatience);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (of_other.last().empty() && std::chrono::steady_clock::now() < deadline) {
    rd_kafka_poll(writer->get(), 10);
    rd_kafka_poll(other->get(), 10);
  }
  EXPECT_NE(of_other.last().find("brokers are down"), std::string::npos) << of_other.last();
  EXPECT_EQ(of_writer.last(), "");
}

TEST(WriterTest, IsTaintedByALateReplyToAnyRequestOfATransaction) {
  for (const Request request : {Request::kProduce, Request::kAddPartitionsToTxn,
                                Request::kAddOffsetsToTxn, Request::kTxnOffsetCommit}) {
    SCOPED_TRACE(static_cast<int>(request));
    MockBrokers brokers(kShort);
    auto writer = InitialisedWriter(brokers);
    brokers.DelayNext(request, kLongerThanARequestMs);
    const auto committed = CommitOne(*writer);
    EXPECT_EQ(brokers.WaitingFor(request), 0U);
    if (!committed) {
      EXPECT_NE(log::RecoveryOf(committed.error()), log::Recovery::kFatal)
          << committed.error().ToString();
      continue;
    }
    EXPECT_EQ(CodeOf(writer->Begin()), base::ErrorCode::kTainted);
  }
}

TEST(WriterTest, IsNotTaintedByAReplyThatIsOnlySlow) {
  MockBrokers brokers(kShort);
  auto writer = InitialisedWriter(brokers);
  brokers.DelayNext(Request::kEndTxn, 300);
  brokers.FailNext(Request::kEndTxn, {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS});
  ASSERT_TRUE(CommitOne(*writer));
  EXPECT_TRUE(CommitOne(*writer));
}

// librdkafka accepts a commit after a record that it refused: the record would be missing.
TEST(WriterTest, NeverCommitsWithoutARecordThatWasRefused) {
  MockBrokers brokers(kShort);
  auto writer = InitialisedWriter(brokers);
  ASSERT_TRUE(writer->Begin());
  const log::TopicSpec defaults;
  const std::string large(static_cast<std::size_t>(defaults.record_bytes_max) + 1, 'x');
  const auto refused = writer->Append(MockedPartition(), {.value = large});
  EXPECT_EQ(CodeOf(refused), base::ErrorCode::kMessageTooLarge);
  ASSERT_TRUE(writer->Append(MockedPartition(), {.value = "small"}));
  EXPECT_EQ(CodeOf(writer->Commit()), base::ErrorCode::kAbortRequired);
  ASSERT_TRUE(writer->Abort());
  ASSERT_TRUE(CommitOne(*writer));
}

// What librdkafka refuses shows only when it gets the records: at the commit, or after many of
// them.
TEST(WriterTest, NeverCommitsWithoutARecordThatLibrdkafkaRefused) {
  Properties properties = kShort;
  properties["message.max.bytes"] = "2000";
  MockBrokers brokers(properties);
  auto writer = InitialisedWriter(brokers);
  ASSERT_TRUE(writer->Begin());
  ASSERT_TRUE(writer->Append(MockedPartition(), {.value = std::string(3'000, 'x')}));
  ASSERT_TRUE(writer->Append(MockedPartition(), {.value = "small"}));
  EXPECT_EQ(CodeOf(writer->Commit()), base::ErrorCode::kMessageTooLarge);
  ASSERT_TRUE(writer->Abort());
  EXPECT_EQ(brokers.CountRecords(), 0);
  ASSERT_TRUE(CommitOne(*writer));
}

// From when the coordinator has refused, librdkafka takes no record more, and says only that the
// state is wrong.
TEST(WriterTest, NamesTheRefusalBehindARecordThatIsNotTakenAnyMore) {
  MockBrokers brokers(kShort);
  auto writer = InitialisedWriter(brokers);
  brokers.FailNext(Request::kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  ASSERT_TRUE(writer->Begin());
  base::Result<void> appended;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (appended && std::chrono::steady_clock::now() < deadline) {
    appended = writer->Append(MockedPartition(), {.value = "v"});
  }
  EXPECT_EQ(CodeOf(appended), base::ErrorCode::kRefused);
  EXPECT_EQ(log::RecoveryOf(appended.error()), log::Recovery::kFatal);
}

}  // namespace
}  // namespace paylog::log_kafka
