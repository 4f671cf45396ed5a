#include "paylog/log_socket/frozen_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/log_sqlite/sqlite_log.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

namespace paylog::log_socket {
namespace {

using base::ErrorCode;
using base::Offset;
using test_support::CodeOf;
using test_support::Must;
using testing::ElementsAre;

const log::TopicPartition kIn = {.topic = "in", .partition = base::PartitionId(0)};
const log::TopicPartition kOut = {.topic = "out", .partition = base::PartitionId(1)};
const std::string kGroup = "g";

class FrozenLogTest : public testing::Test {
 protected:
  FrozenLogTest() {
    auto log = Must(log_sqlite::SqliteLog::Open(
        {.directory = directory_.In("log"), .create = true, .clock = &clock_}));
    owned_ = log.get();
    log_ = std::move(log);
    Must(log_->CreateTopics(std::vector<log::TopicSpec>{{.name = "in", .partition_count = 1},
                                                        {.name = "out", .partition_count = 2}}));
    writer_ = Must(log_->NewWriter("w"));
    Must(writer_->Init());
    Write("one");
  }
  // A record in both topics and an offset, all or nothing.
  void Write(const std::string& value) {
    Must(writer_->Begin());
    Must(writer_->Append(kIn, {.value = value, .headers = {}}));
    Must(writer_->Append(kOut, {.value = value, .headers = {}}));
    Must(writer_->CommitOffset(log::GroupMetadata::Standalone(kGroup), kIn, Offset(++written_)));
    Must(writer_->Commit());
  }
  static std::vector<std::string> Values(log::Log& log, const log::TopicPartition& from) {
    const auto reader = Must(log.NewReader(from, log::Isolation::kReadCommitted));
    Must(reader->Seek(Must(reader->BeginningOffset())));
    std::vector<std::string> values;
    while (reader->position() < Must(reader->EndOffset())) {
      for (const log::StoredRecord& record : Must(reader->Poll({})).records) {
        values.push_back(record.value);
      }
    }
    EXPECT_TRUE(Must(reader->Poll({})).records.empty());
    return values;
  }
  FrozenLog Freeze() {
    log::LogCut cut = Must(owned_->Cut());
    writer_.reset();
    return {std::move(log_), std::move(cut)};
  }

  test_support::TemporaryDirectory directory_;
  base::SystemClock clock_;
  std::unique_ptr<log::Log> log_;
  log_sqlite::SqliteLog* owned_ = nullptr;
  std::unique_ptr<log::TransactionalWriter> writer_;
  std::int64_t written_ = 0;
};

TEST_F(FrozenLogTest, ACutHasEachTransactionWhole) {
  const log::LogCut cut = Must(owned_->Cut());
  EXPECT_EQ(cut.ends.at(kIn), Offset(1));
  EXPECT_EQ(cut.ends.at(kOut), Offset(1));
  EXPECT_EQ(cut.ends.at({.topic = "out", .partition = base::PartitionId(0)}), Offset(0));
  EXPECT_EQ(cut.ends.size(), 3U);
  EXPECT_EQ(cut.offsets, (decltype(cut.offsets){{{kGroup, kIn}, Offset(1)}}));
  Write("two");
  EXPECT_NE(Must(owned_->Cut()), cut);
}

TEST_F(FrozenLogTest, StaysAsItWasWhateverIsWritten) {
  const log::LogCut cut = Must(owned_->Cut());
  Write("two");
  Write("three");
  writer_.reset();
  FrozenLog frozen(std::move(log_), cut);
  EXPECT_THAT(Values(frozen, kIn), ElementsAre("one"));
  EXPECT_THAT(Values(frozen, kOut), ElementsAre("one"));
  EXPECT_EQ(Must(frozen.CommittedOffset(kGroup, kIn)), Offset(1));
  EXPECT_EQ(Must(frozen.CommittedOffset("other", kIn)), std::nullopt);
  const auto reader = Must(frozen.NewReader(kIn, log::Isolation::kReadUncommitted));
  EXPECT_EQ(CodeOf(reader->Seek(Offset(2))), ErrorCode::kOffsetOutOfRange);
  Must(reader->Seek(Offset(1)));
  EXPECT_EQ(Must(reader->Poll({})).next, Offset(1));
}

TEST_F(FrozenLogTest, IsForReading) {
  FrozenLog frozen = Freeze();
  EXPECT_EQ(CodeOf(frozen.NewProducer()), ErrorCode::kRefused);
  EXPECT_EQ(CodeOf(frozen.NewWriter("w")), ErrorCode::kRefused);
  EXPECT_EQ(CodeOf(frozen.JoinGroup("g", {"in"})), ErrorCode::kRefused);
  EXPECT_EQ(CodeOf(frozen.CreateTopics({})), ErrorCode::kRefused);
  EXPECT_EQ(Must(frozen.ListTopics()).size(), 2U);
}

}  // namespace
}  // namespace paylog::log_socket
