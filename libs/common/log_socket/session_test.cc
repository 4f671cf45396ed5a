#include "paylog/log_socket/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

namespace paylog::log_socket {
namespace {

using base::ErrorCode;
using test_support::CodeOf;
using test_support::Must;
using testing::ElementsAre;
using testing::IsEmpty;

const log::TopicPartition kCommands =
    runtime::Partition(runtime::kCommandsTopic, base::PartitionId(0));

class SessionTest : public testing::Test {
 protected:
  std::string Ask(const Request& request) {
    const Session::Answer answer = session_.AnswerTo(EncodeRequest(request));
    EXPECT_FALSE(answer.last);
    return answer.frame;
  }
  static Produce Some(const std::string& value, const log::TopicPartition& to = kCommands) {
    return {.records = {{.to = to, .record = {.key = "k", .value = value, .headers = {}}}}};
  }

  test_support::PaymentLog payments_{1};
  const CutFunction no_cut_ = []() -> base::Result<log::LogCut> { return log::LogCut(); };
  const TopicNames writable_ = {std::string(runtime::kCommandsTopic), "nowhere"};
  Session session_{payments_.log(), no_cut_, writable_};
};

TEST_F(SessionTest, WhatWasProducedIsThereOnceItIsFlushed) {
  Must(DecodeDone(Ask(Some("one"))));
  Must(DecodeDone(Ask(Some("two"))));
  Must(DecodeDone(Ask(Flush{})));
  EXPECT_THAT(payments_.Values(runtime::kCommandsTopic, 0), ElementsAre("one", "two"));
  const auto polled = Must(DecodePolled(
      Ask(Poll{.from = kCommands, .position = base::Offset(1), .records_max = 9, .bytes_max = 9})));
  ASSERT_EQ(polled.records.size(), 1U);
  EXPECT_EQ(polled.records[0].value, "two");
  EXPECT_EQ(Must(DecodeRange(Ask(AskRange{.of = kCommands}))).end, base::Offset(2));
}

TEST_F(SessionTest, ErrorsOfTheLogAreAnswers) {
  const log::TopicPartition unknown{.topic = "nowhere", .partition = base::PartitionId(0)};
  EXPECT_EQ(CodeOf(DecodeRange(Ask(AskRange{.of = unknown}))), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(DecodePolled(Ask(Poll{.from = kCommands, .position = base::Offset(9)}))),
            ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(CodeOf(DecodePolled(Ask(Poll{.from = kCommands, .position = base::Offset(-9)}))),
            ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(CodeOf(DecodeDone(Ask(Some("x", unknown)))), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(DecodeCommitted(Ask(AskCommitted{.group = "g", .from = unknown}))),
            ErrorCode::kNotFound);
  Must(DecodeDone(Ask(Flush{})));
  EXPECT_THAT(payments_.Values(runtime::kCommandsTopic, 0), IsEmpty());
}

// Nobody but the ledger writes the journal.
TEST_F(SessionTest, OtherTopicsAreNotWritten) {
  const auto journal = runtime::Partition(runtime::kJournalTopic, base::PartitionId(0));
  Produce both = Some("one");
  both.records.push_back({.to = journal, .record = {.key = "k", .value = "two", .headers = {}}});
  EXPECT_EQ(CodeOf(DecodeDone(Ask(both))), ErrorCode::kRefused);
  Must(DecodeDone(Ask(Flush{})));
  EXPECT_THAT(payments_.Values(runtime::kJournalTopic, 0), IsEmpty());
  EXPECT_THAT(payments_.Values(runtime::kCommandsTopic, 0), IsEmpty());
}

TEST_F(SessionTest, NothingIsDoneOfAMalformedRequest) {
  std::string bytes = EncodeRequest(Some("one"));
  bytes.pop_back();
  const Session::Answer answer = session_.AnswerTo(bytes);
  EXPECT_TRUE(answer.last);
  EXPECT_EQ(CodeOf(DecodeDone(answer.frame)), ErrorCode::kInvalidArgument);
  Must(DecodeDone(Ask(Flush{})));
  EXPECT_THAT(payments_.Values(runtime::kCommandsTopic, 0), IsEmpty());
}

// However much is asked for, at once or for how long.
TEST_F(SessionTest, LimitsAreTheOwners) {
  std::vector<log::Record> records(10'050);
  for (log::Record& record : records) {
    record.value = "x";
  }
  payments_.Produce(kCommands, records);
  const auto polled = Must(DecodePolled(Ask(Poll{.from = kCommands,
                                                 .position = base::Offset(0),
                                                 .records_max = UINT32_MAX,
                                                 .bytes_max = UINT32_MAX,
                                                 .wait_ms = UINT32_MAX})));
  EXPECT_EQ(polled.records.size(), 10'000U);
  const auto none = Must(DecodePolled(Ask(Poll{.from = kCommands,
                                               .position = base::Offset(10'050),
                                               .records_max = 0,
                                               .wait_ms = UINT32_MAX})));
  EXPECT_THAT(none.records, IsEmpty()) << "the wait ended by itself";
}

}  // namespace
}  // namespace paylog::log_socket
