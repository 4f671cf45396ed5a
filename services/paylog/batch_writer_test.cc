#include "paylog/cli/batch_writer.h"

#include <gtest/gtest.h>

#include "paylog/test_support/fake_log.h"

namespace paylog::cli {
namespace {

using base::Error;
using base::ErrorCode;
using test_support::FakeLog;

const log::TopicPartition kTo{.topic = "t", .partition = base::PartitionId(0)};
const std::string kGroup = "places";

class BatchWriterTest : public testing::Test {
 protected:
  BatchWriter NewWriter(bool with_places = true) {
    return {log_,
            {.transactional_id = "id",
             .group =
                 with_places ? std::optional(log::GroupMetadata::Standalone(kGroup)) : std::nullopt,
             .place = kTo,
             .stopped = [this] { return stopped_; }}};
  }
  static std::vector<BatchWriter::Entry> Batch(const std::string& value) {
    return {{.to = kTo, .record = {.value = value}}};
  }
  void Expect(const std::vector<std::string>& values, std::int64_t place) {
    EXPECT_EQ(log_.Values(kTo), values);
    EXPECT_EQ(log_.Committed(kGroup, kTo), base::Offset(place));
  }

  FakeLog log_;
  bool stopped_ = false;
};

TEST_F(BatchWriterTest, WritesEachBatchWithItsPlace) {
  BatchWriter writer = NewWriter();
  ASSERT_TRUE(writer.Write(Batch("a"), 10));
  ASSERT_TRUE(writer.Write(Batch("b"), 20));
  Expect({"a", "b"}, 20);
  EXPECT_EQ(log_.CountOf(FakeLog::Call::kInit), 1U);
}

TEST_F(BatchWriterTest, WritesOnceWhateverBecameOfACommitOfUnknownOutcome) {
  for (const bool taken : {true, false}) {
    SCOPED_TRACE(taken);
    log_ = FakeLog();
    BatchWriter writer = NewWriter();
    ASSERT_TRUE(writer.Write(Batch("a"), 10));
    log_.FailNext(FakeLog::Call::kCommit, {.code = ErrorCode::kUnknownOutcome}, taken);
    ASSERT_TRUE(writer.Write(Batch("b"), 20));
    ASSERT_TRUE(writer.Write(Batch("c"), 30));
    Expect({"a", "b", "c"}, 30);
  }
}

TEST_F(BatchWriterTest, LooksAgainWhereTheLookUpFailsToo) {
  BatchWriter writer = NewWriter();
  log_.FailNext(FakeLog::Call::kCommit, {.code = ErrorCode::kUnknownOutcome}, /*taken=*/true);
  log_.FailNext(FakeLog::Call::kCommittedOffset, {.code = ErrorCode::kTimedOut, .retriable = true});
  ASSERT_TRUE(writer.Write(Batch("a"), 10));
  Expect({"a"}, 10);
}

TEST_F(BatchWriterTest, WaitsOutWhatTimeCures) {
  BatchWriter writer = NewWriter();
  log_.FailNext(FakeLog::Call::kInit, {.code = ErrorCode::kUnavailable, .retriable = true});
  log_.FailNext(FakeLog::Call::kBegin, {.code = ErrorCode::kTainted});
  log_.FailNext(FakeLog::Call::kCommit, {.code = ErrorCode::kAbortRequired});
  ASSERT_TRUE(writer.Write(Batch("a"), 10));
  Expect({"a"}, 10);
  EXPECT_EQ(log_.CountOf(FakeLog::Call::kAbort), 1U);
}

TEST_F(BatchWriterTest, EndsWithWhatTimeDoesNotCure) {
  for (const Error& error : {Error{.code = ErrorCode::kFenced}, Error{.code = ErrorCode::kNotFound},
                             Error{.code = ErrorCode::kUnknownOutcome, .fatal = true}}) {
    SCOPED_TRACE(error.ToString());
    log_ = FakeLog();
    BatchWriter writer = NewWriter();
    log_.FailNext(FakeLog::Call::kCommit, error);
    const auto written = writer.Write(Batch("a"), 10);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, error.code);
    EXPECT_TRUE(log_.Values(kTo).empty());
    EXPECT_EQ(log_.CountOf(FakeLog::Call::kCommit), 1U);
  }
}

TEST_F(BatchWriterTest, WaitsNoLongerOnceStopped) {
  BatchWriter writer = NewWriter();
  stopped_ = true;
  log_.FailNext(FakeLog::Call::kInit, {.code = ErrorCode::kUnavailable, .retriable = true});
  EXPECT_FALSE(writer.Write(Batch("a"), 10));
  EXPECT_TRUE(log_.Values(kTo).empty());
}

TEST_F(BatchWriterTest, WithoutPlacesWritesAgainWhatMayHaveBeenTaken) {
  BatchWriter writer = NewWriter(/*with_places=*/false);
  log_.FailNext(FakeLog::Call::kCommit, {.code = ErrorCode::kUnknownOutcome}, /*taken=*/true);
  ASSERT_TRUE(writer.Write(Batch("a"), 10));
  EXPECT_EQ(log_.Values(kTo), (std::vector<std::string>{"a", "a"}));
  EXPECT_EQ(log_.Committed(kGroup, kTo), std::nullopt);
}

}  // namespace
}  // namespace paylog::cli
