#include <algorithm>
#include <cerrno>
#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fault_disk.h"
#include "paylog/log_sqlite/test_support.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/temporary_directory.h"

// The disk is stopped while it syncs the WAL: who sees what was written by then, and who waits?
namespace paylog::faults {
namespace {

using log::Isolation;
using log_sqlite::At;
using log_sqlite::CommitValues;
using log_sqlite::InitWriter;
using log_sqlite::KeyedRecord;
using log_sqlite::OpenLog;
using std::chrono::seconds;
using test_support::ErrorOf;
using test_support::Must;
using test_support::TemporaryDirectory;

constexpr seconds kPatience{30};
// Long enough for what must not happen to happen.
constexpr std::chrono::milliseconds kMoment{50};

const std::string kWal = "log.sqlite-wal";

class ReadAheadTest : public testing::Test {
 protected:
  void SetUp() override {
    Watch(directory_.path());
    log_ = OpenLog(directory_.path());
    Must(log_->CreateTopics(std::vector<log::TopicSpec>{{.name = "t"}}));
    writer_ = InitWriter(*log_, "w");
    ahead_ = Must(log_->NewReader(At("t"), Isolation::kReadAhead));
    committed_ = Must(log_->NewReader(At("t"), Isolation::kReadCommitted));
  }

  void TearDown() override {
    ReleaseSyncs();
    commits_.clear();  // Waits for those that a failed test left.
    Close();
    StopWatching();
  }
  void Close() {
    ahead_.reset();
    committed_.reset();
    writer_.reset();
    log_.reset();
  }

  // A transaction with this value and the group's offset, on a thread of its own.
  void CommitSoon(log::TransactionalWriter& writer, std::string value) {
    commits_.push_back(
        std::async(std::launch::async, [this, &writer, value]() -> base::Result<void> {
          Must(writer.Begin());
          Must(writer.Append(At("t"), KeyedRecord("k", value)));
          Must(writer.CommitOffset(group_, At("t"), base::Offset(7)));
          return writer.Commit();
        }));
  }
  void ExpectAllCommitted() {
    for (auto& commit : commits_) {
      Must(commit.get());
    }
    commits_.clear();
  }
  // How many records the reader sees before it has seen `count` or patience ends.
  static std::size_t Count(log::Reader& reader, std::size_t count) {
    std::size_t seen = 0;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (seen < count && std::chrono::steady_clock::now() < deadline) {
      seen += Must(reader.Poll({.wait = seconds(1)})).records.size();
    }
    return seen;
  }

  static std::int64_t SyncsOfWal() {
    const auto operations = Operations();
    return std::count_if(operations.begin(), operations.end(), [](const Operation& operation) {
      return operation.kind == Operation::Kind::kSync && operation.name == kWal;
    });
  }

  TemporaryDirectory directory_;
  std::vector<std::future<base::Result<void>>> commits_;
  const log::GroupMetadata group_ = log::GroupMetadata::Standalone("g");
  std::unique_ptr<log_sqlite::SqliteLog> log_;
  std::unique_ptr<log::TransactionalWriter> writer_;
  std::unique_ptr<log::Reader> ahead_;
  std::unique_ptr<log::Reader> committed_;
};

TEST_F(ReadAheadTest, SeesWhatTheDiskDoesNotHaveAndNobodyElseDoes) {
  HoldSyncs(kWal);
  CommitSoon(*writer_, "a");
  ASSERT_TRUE(WaitForHeldSync(kPatience));
  EXPECT_EQ(Count(*ahead_, 1), 1U);
  EXPECT_EQ(Must(ahead_->EndOffset()), base::Offset(1));

  EXPECT_TRUE(Must(committed_->Poll({})).records.empty());
  EXPECT_EQ(Must(committed_->EndOffset()), base::Offset(0));
  const auto uncommitted = Must(log_->NewReader(At("t"), Isolation::kReadUncommitted));
  EXPECT_TRUE(Must(uncommitted->Poll({})).records.empty());
  EXPECT_EQ(Must(log_->Cut()).ends.at(At("t")), base::Offset(0));
  EXPECT_EQ(commits_[0].wait_for(seconds(0)), std::future_status::timeout);

  ReleaseSyncs();
  ExpectAllCommitted();
  EXPECT_EQ(Count(*committed_, 1), 1U);
  EXPECT_TRUE(Must(ahead_->Poll({})).records.empty()) << "it has seen that";
}

// Else whoever takes a partition over could go on from where its last owner stood earlier.
TEST_F(ReadAheadTest, AGroupsOffsetWaitsForWhatWasAccepted) {
  HoldSyncs(kWal);
  CommitSoon(*writer_, "a");
  ASSERT_TRUE(WaitForHeldSync(kPatience));
  auto offset =
      std::async(std::launch::async, [&] { return Must(log_->CommittedOffset("g", At("t"))); });
  EXPECT_EQ(offset.wait_for(kMoment), std::future_status::timeout);
  ReleaseSyncs();
  EXPECT_EQ(offset.get(), base::Offset(7));
  ExpectAllCommitted();
}

TEST_F(ReadAheadTest, OneSyncIsEnoughForAllThatWasWrittenMeanwhile) {
  constexpr std::size_t kOthers = 5;
  std::vector<std::unique_ptr<log::TransactionalWriter>> writers;
  for (std::size_t i = 0; i < kOthers; ++i) {
    writers.push_back(InitWriter(*log_, "other-" + std::to_string(i)));
  }
  const std::int64_t before = SyncsOfWal();
  HoldSyncs(kWal);
  CommitSoon(*writer_, "first");
  ASSERT_TRUE(WaitForHeldSync(kPatience));
  for (const auto& writer : writers) {
    CommitSoon(*writer, "other");
  }
  EXPECT_EQ(Count(*ahead_, 1 + kOthers), 1 + kOthers) << "the disk did not hold them up";
  ReleaseSyncs();
  ExpectAllCommitted();
  // The last of them may be seen just before the syncer hears of it.
  EXPECT_LE(SyncsOfWal() - before, 3);
  EXPECT_EQ(Count(*committed_, 1 + kOthers), 1 + kOthers);
}

// It makes one row of many batches, and who reads a row reads all of it.
TEST_F(ReadAheadTest, ACompactionWaitsForTheDisk) {
  Must(log_->CreateTopics(
      std::vector<log::TopicSpec>{{.name = "compacted", .retention = log::Retention::kCompact}}));
  CommitValues(*writer_, At("compacted"), {"a"});
  CommitValues(*writer_, At("compacted"), {"a"});
  HoldSyncs(kWal);
  CommitSoon(*writer_, "b");
  ASSERT_TRUE(WaitForHeldSync(kPatience));
  const std::size_t before = OperationCount();
  auto compacted = std::async(std::launch::async, [&] { return log_->Compact("compacted"); });
  EXPECT_EQ(compacted.wait_for(kMoment), std::future_status::timeout);
  EXPECT_EQ(OperationCount(), before) << "nothing is rewritten yet";
  ReleaseSyncs();
  Must(compacted.get());
  ExpectAllCommitted();
  EXPECT_EQ(Must(log_->Verify()).records, 2U) << "one of each topic";
}

TEST_F(ReadAheadTest, WhatTheDiskRefusedIsAcknowledgedToNobody) {
  CommitValues(*writer_, At("t"), {"whole"});
  const auto other = InitWriter(*log_, "other");
  HoldSyncs(kWal);
  CommitSoon(*writer_, "lost?");
  ASSERT_TRUE(WaitForHeldSync(kPatience));
  CommitSoon(*other, "follows");
  EXPECT_EQ(Count(*ahead_, 3), 3U);
  FailAt(Call::kSync, 1, EIO);
  ReleaseSyncs();
  for (auto& commit : commits_) {
    const base::Error error = ErrorOf(commit.get());
    EXPECT_EQ(error.code, base::ErrorCode::kIo);
    EXPECT_TRUE(error.fatal);
  }
  EXPECT_TRUE(ErrorOf(ahead_->Poll({})).fatal);
  EXPECT_TRUE(ErrorOf(committed_->Poll({})).fatal);
  EXPECT_TRUE(ErrorOf(log_->CommittedOffset("g", At("t"))).fatal);

  commits_.clear();
  Close();
  log_ = OpenLog(directory_.path());
  const auto records = Must(log_sqlite::ReadPartition(*log_, At("t")));
  ASSERT_GE(records.size(), 1U);
  EXPECT_EQ(records[0].value, "whole");
  CommitValues(*InitWriter(*log_, "w"), At("t"), {"goes on"});
}

}  // namespace
}  // namespace paylog::faults
