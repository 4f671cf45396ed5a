#include <optional>

#include <gtest/gtest.h>

#include "paylog/runtime/worker.h"
#include "paylog/test_support/fake_log.h"
#include "paylog/test_support/must.h"

// A worker that stands by: it asks its processor to follow, writes nothing, ends for nothing that
// time may cure, and takes over as any other once the partition is its own.
namespace paylog::runtime {
namespace {

using base::ErrorCode;
using test_support::ErrorOf;
using test_support::FakeLog;
using test_support::Must;

const log::TopicPartition kInput = {.topic = "in", .partition = base::PartitionId(0)};
const std::string kGroup = "workers";
constexpr std::chrono::milliseconds kNoWait{0};

// Follows as the test says.
class Follower final : public PartitionProcessor {
 public:
  base::Result<base::Offset> TakeOver(std::optional<base::Offset> committed) override {
    ++take_overs;
    return committed.value_or(base::Offset(0));
  }
  base::Result<bool> StillCurrent() override {
    ++comparisons;
    return true;
  }
  base::Result<void> Process(std::span<const log::StoredRecord> /*records*/,
                             log::TransactionalWriter& /*writer*/) override {
    return {};
  }
  void OnCommitted() override {}
  void OnAborted() override {}
  base::Result<void> Maintain() override { return {}; }
  base::Result<void> Close() override {
    ++closes;
    return {};
  }
  base::Result<bool> Follow() override {
    if (trouble) {
      return *trouble;
    }
    return more;
  }

  std::optional<base::Error> trouble;
  bool more = false;
  int take_overs = 0;
  int comparisons = 0;
  int closes = 0;
};

class CountingObserver final : public StageObserver {
 public:
  void OnFollowTrouble(const log::TopicPartition& /*input*/,
                       const base::Error& /*error*/) override {
    ++troubles;
  }
  int troubles = 0;
};

class WorkerStandbyTest : public testing::Test {
 protected:
  WorkerStandbyTest() { log_.Put(kInput, "a"); }

  FakeLog log_;
  Counters counters_;
  Follower processor_;
  CountingObserver observer_;
  Worker worker_{log_, processor_, counters_,
                 WorkerOptions{.input = kInput, .transactional_id = "w-0", .observer = &observer_},
                 log_.Metadata(kGroup)};
};

TEST_F(WorkerStandbyTest, TellsWhetherThereWasSomethingToRead) {
  worker_.StandBy();
  processor_.more = true;
  EXPECT_TRUE(Must(worker_.Follow()));
  processor_.more = false;
  EXPECT_FALSE(Must(worker_.Follow()));
  EXPECT_EQ(processor_.take_overs, 0);
  EXPECT_EQ(counters_.Read().take_overs, 0);
  EXPECT_FALSE(worker_.is_serving());
  Must(worker_.Close());
  EXPECT_EQ(processor_.closes, 1) << "what it followed is saved";
}

// Even what would end an owner: the take-over decides.
TEST_F(WorkerStandbyTest, TroubleIsTriedAgain) {
  worker_.StandBy();
  for (const ErrorCode code :
       {ErrorCode::kUnavailable, ErrorCode::kLostRecords, ErrorCode::kCorrupt}) {
    processor_.trouble = base::Error{.code = code, .context = "away"};
    EXPECT_FALSE(Must(worker_.Follow()));
    EXPECT_GT(worker_.backoff().count(), 0);
  }
  EXPECT_EQ(observer_.troubles, 3);
  EXPECT_FALSE(worker_.has_failed());
  processor_.trouble = std::nullopt;
  Must(worker_.Follow());
  EXPECT_EQ(worker_.backoff().count(), 0);
  processor_.trouble = base::Error{.code = ErrorCode::kShutdown, .context = "interrupted"};
  EXPECT_FALSE(Must(worker_.Follow()));
  EXPECT_EQ(worker_.backoff().count(), 0) << "it is no trouble";
  EXPECT_EQ(observer_.troubles, 3);
}

TEST_F(WorkerStandbyTest, WhatEndsTheProcessIsAnError) {
  worker_.StandBy();
  processor_.trouble = base::Error{.code = ErrorCode::kRefused, .context = "rights", .fatal = true};
  EXPECT_EQ(ErrorOf(worker_.Follow()).context, "in/0: rights");
}

TEST_F(WorkerStandbyTest, AnOwnerThatStoodByTakesOverAgain) {
  EXPECT_EQ(Must(worker_.Step(kNoWait)), StepOutcome::kCommitted);
  EXPECT_EQ(processor_.take_overs, 1);
  EXPECT_EQ(log_.open_readers(), 1);
  worker_.StandBy();
  EXPECT_EQ(log_.open_readers(), 0) << "nobody polls it: it would fetch for nobody";
  EXPECT_FALSE(worker_.is_serving());
  Must(worker_.Follow());
  worker_.Reassign(log_.Metadata(kGroup));
  EXPECT_EQ(Must(worker_.Step(kNoWait)), StepOutcome::kIdle);
  EXPECT_EQ(processor_.take_overs, 2);
  EXPECT_EQ(processor_.comparisons, 0) << "that is for an owner that goes on";
}

}  // namespace
}  // namespace paylog::runtime
