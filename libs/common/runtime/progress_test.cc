#include "paylog/runtime/progress.h"

#include <string>

#include <gtest/gtest.h>

#include "paylog/runtime/poll_towards.h"
#include "paylog/test_support/fake_log.h"
#include "paylog/test_support/must.h"

// Goal: a log is never called quiet while a record is still on its way, and is called quiet where
// only markers are left. Method: a log whose markers and stable ends the test sets by hand.
namespace paylog::runtime {
namespace {

using test_support::CodeOf;
using test_support::FakeLog;
using test_support::Must;

const log::TopicPartition kCommands = Partition(kCommandsTopic, base::PartitionId(0));
const log::TopicPartition kInbox = Partition(kInboxTopic, base::PartitionId(0));

class IsQuietTest : public testing::Test {
 protected:
  bool Quiet() { return Must(IsQuiet(log_, EqualCounts(1))); }
  void Commit(std::int64_t commands, std::int64_t inbox) {
    log_.SetCommitted(std::string(kValidatorGroup), kCommands, base::Offset(commands));
    log_.SetCommitted(std::string(kLedgerGroup), kInbox, base::Offset(inbox));
  }

  FakeLog log_;
};

TEST_F(IsQuietTest, AnEmptyLogIsQuiet) {
  EXPECT_TRUE(Quiet());
}

TEST_F(IsQuietTest, ARecordThatNobodyProcessedIsNot) {
  log_.Put(kCommands, "c");
  EXPECT_FALSE(Quiet()) << "no offset was ever committed";
  Commit(1, 0);
  EXPECT_TRUE(Quiet());
  log_.Put(kInbox, "i");
  EXPECT_FALSE(Quiet());
}

TEST_F(IsQuietTest, MarkersBehindTheLastRecordAreNothing) {
  log_.Put(kCommands, "c");
  log_.PutMarker(kCommands);
  log_.Put(kInbox, "i");
  log_.PutMarker(kInbox);
  log_.PutMarker(kInbox);
  Commit(1, 1);
  EXPECT_TRUE(Quiet());
}

// Only an aborted transaction was ever there: no stage has an offset to commit.
TEST_F(IsQuietTest, MarkersAloneAreNothing) {
  log_.PutMarker(kInbox);
  EXPECT_TRUE(Quiet());
}

// The validator's offset is visible, and the marker of its output is not: the committed end of the
// inbox still lies before the record.
TEST_F(IsQuietTest, ARecordWhoseMarkerIsLateIsSeen) {
  log_.Put(kCommands, "c");
  log_.Put(kInbox, "i");
  log_.SetStableEnd(kInbox, base::Offset(0));
  Commit(1, 0);
  EXPECT_FALSE(Quiet()) << "the marker does not come";
  int polls = 0;
  log_.SetOnPoll([&] {
    if (++polls == 3) {
      log_.PutMarker(kInbox);
      log_.SetStableEnd(kInbox, std::nullopt);
    }
  });
  EXPECT_FALSE(Quiet()) << "the marker comes while it is waited for";
  EXPECT_GE(polls, 3);
  log_.SetOnPoll(nullptr);
  Commit(1, 1);
  EXPECT_TRUE(Quiet());
}

TEST_F(IsQuietTest, WhatIsWrittenMeanwhileIsSeen) {
  log_.PutMarker(kInbox);
  log_.SetOnPoll([&] { log_.Put(kCommands, "c"); });
  EXPECT_FALSE(Quiet());
}

TEST(PollTowards, PassesMarkersWithoutAWord) {
  FakeLog log;
  log.PutMarker(kInbox);
  log.Put(kInbox, "a");
  log.PutMarker(kInbox);
  const auto reader = Must(log.NewReader(kInbox, log::Isolation::kReadCommitted));
  EXPECT_EQ(Must(PollTowards(*reader, base::Offset(3))).records.size(), 1U);
  EXPECT_TRUE(Must(PollTowards(*reader, base::Offset(3))).records.empty());
  EXPECT_EQ(reader->position(), base::Offset(3));
}

TEST(PollTowards, WaitsForALateMarkerAndNotForEver) {
  FakeLog log;
  log.Put(kInbox, "a");
  log.SetStableEnd(kInbox, base::Offset(0));
  const auto reader = Must(log.NewReader(kInbox, log::Isolation::kReadCommitted));
  EXPECT_EQ(CodeOf(PollTowards(*reader, base::Offset(1))), base::ErrorCode::kTimedOut);
  int polls = 0;
  log.SetOnPoll([&] {
    if (++polls == 3) {
      log.SetStableEnd(kInbox, std::nullopt);
    }
  });
  EXPECT_EQ(Must(PollTowards(*reader, base::Offset(1))).records.size(), 1U);
}

}  // namespace
}  // namespace paylog::runtime
