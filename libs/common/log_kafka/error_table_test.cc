#include <array>
#include <map>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "paylog/log_kafka/mock_brokers.h"

// What each error of a broker leads to, in each request of a transaction, through the real
// librdkafka and our writer. The mock brokers answer a request with the error once.
namespace paylog::log_kafka {
namespace {

// The columns of the table.
enum class Step { kInit, kAddPartitions, kProduce, kAddOffsets, kOffsets, kCommit, kAbort };
constexpr std::array kSteps = {Step::kInit,       Step::kAddPartitions, Step::kProduce,
                               Step::kAddOffsets, Step::kOffsets,       Step::kCommit,
                               Step::kAbort};

Request RequestOf(Step step) {
  switch (step) {
    case Step::kInit:
      return Request::kInitProducerId;
    case Step::kAddPartitions:
      return Request::kAddPartitionsToTxn;
    case Step::kProduce:
      return Request::kProduce;
    case Step::kAddOffsets:
      return Request::kAddOffsetsToTxn;
    case Step::kOffsets:
      return Request::kTxnOffsetCommit;
    case Step::kCommit:
    case Step::kAbort:
      return Request::kEndTxn;
  }
  return Request::kEndTxn;
}

// '=' repeated until it succeeded, 'A' abort and rewind, 'R' recreate, 'F' fatal.
char LetterOf(const base::Result<void>& result) {
  if (result) {
    return '=';
  }
  switch (log::RecoveryOf(result.error())) {
    case log::Recovery::kAbortAndRewind:
      return 'A';
    case log::Recovery::kRecreate:
      return 'R';
    case log::Recovery::kFatal:
      return 'F';
  }
  return '?';
}

// With as many records as the writer hands over before the end: otherwise no broker would hear of
// it.
base::Result<void> AbortOne(Writer& writer) {
  PAYLOG_TRY(writer.Begin());
  for (std::size_t i = 0; i < Writer::kStagedMax; ++i) {
    PAYLOG_TRY(writer.Append(MockedPartition(), {.key = "k", .value = "v"}));
  }
  return writer.Abort();
}

base::Result<void> Carry(Writer& writer, Step step) {
  PAYLOG_TRY(writer.Init());
  return step == Step::kAbort ? AbortOne(writer) : CommitOne(writer);
}

class ErrorTable : public testing::Test {
 protected:
  // One writer meets the error; then payments must go on, as the verdict says.
  char Meet(Step step, rd_kafka_resp_err_t code) {
    const std::int64_t before = brokers_.CountRecords();
    auto writer = brokers_.NewWriter();
    brokers_.FailNext(RequestOf(step), {code});
    const auto met = Carry(*writer, step);
    EXPECT_EQ(brokers_.WaitingFor(RequestOf(step)), 0U) << "the broker was not asked";
    const char letter = LetterOf(met);
    if (letter == '=' && step != Step::kAbort) {
      EXPECT_EQ(brokers_.CountRecords() - before, 1) << "what was committed is not there once";
    }
    GoOn(std::move(writer), letter);
    return letter;
  }

 private:
  void GoOn(std::unique_ptr<Writer> writer, char letter) {
    if (letter == 'A') {
      // The abort may fail as well; then the writer is made anew.
      letter = writer->Abort().has_value() ? '=' : 'R';
    }
    // An abort may leave the epoch to be raised, or a lost reply to be guarded against.
    if (letter == '=' && CommitOne(*writer).has_value()) {
      return;
    }
    writer.reset();
    writer = brokers_.NewWriter();
    const auto initialised = writer->Init();
    ASSERT_TRUE(initialised) << initialised.error().ToString();
    const auto committed = CommitOne(*writer);
    EXPECT_TRUE(committed) << committed.error().ToString();
  }

  MockBrokers brokers_{{{"transaction.timeout.ms", "4000"}}};
};

struct Row {
  rd_kafka_resp_err_t code;
  std::string_view verdicts;  // One letter for each of kSteps.
};

constexpr Row kTable[] = {
    {RD_KAFKA_RESP_ERR_UNKNOWN, "=AAAARR"},
    {RD_KAFKA_RESP_ERR_INVALID_MSG, "=AAAARR"},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "=====RR"},
    {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, "=A=AARR"},
    {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, "=A===RR"},
    {RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, "=A=AARR"},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "=AAAARR"},
    {RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, "=AAAARR"},
    {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, "======="},
    {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, "======="},
    {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, "======="},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, "=A=AARR"},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, "=A=AARR"},
    {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, "=AAAARR"},
    {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, "=AAAARR"},
    {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, "=AAAARR"},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "=AAAARR"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "=FFFFFF"},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "=FFFFFF"},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, "FFFFFFF"},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "FFFFFFF"},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, "=FFFFFF"},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, "=AARRRR"},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, "=AAAARR"},
    {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "=ARAARR"},
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, "RRRRRRR"},
    {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, "RRRRRRR"},
    {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, "=RARRRR"},
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, "=RRRRR="},
    {RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, "=RRRRR="},
    {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, "FFFFFFF"},
    {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, "==A===="},
    {RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED, "=AAAARR"},
    {RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, "=A=AARR"},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, "=FFFFFF"},
};

TEST_F(ErrorTable, EachErrorOfEachRequestHasOneVerdict) {
  for (const Row& row : kTable) {
    std::string verdicts;
    for (const Step step : kSteps) {
      SCOPED_TRACE(std::string(rd_kafka_err2name(row.code)) + " in column " +
                   std::to_string(verdicts.size()));
      verdicts += Meet(step, row.code);
    }
    EXPECT_EQ(verdicts, row.verdicts) << rd_kafka_err2name(row.code);
  }
}

}  // namespace
}  // namespace paylog::log_kafka
