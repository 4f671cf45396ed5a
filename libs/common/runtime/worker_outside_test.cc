#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/runtime/worker.h"
#include "paylog/test_support/fake_log.h"
#include "paylog/test_support/must.h"

// A processor that also acts outside the log: what it learns there is committed though no record
// comes, and the input's offset stays where it is.
namespace paylog::runtime {
namespace {

using base::ErrorCode;
using test_support::FakeLog;
using test_support::Must;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Call = FakeLog::Call;

const log::TopicPartition kInput = {.topic = "in", .partition = base::PartitionId(0)};
const log::TopicPartition kOutput = {.topic = "out", .partition = base::PartitionId(0)};
const std::string kGroup = "workers";
constexpr std::chrono::milliseconds kNoWait{0};

// Writes what it was told from outside.
class ToldProcessor final : public PartitionProcessor {
 public:
  base::Result<base::Offset> TakeOver(std::optional<base::Offset> committed) override {
    ++take_overs;
    return committed.value_or(base::Offset(0));
  }
  base::Result<bool> StillCurrent() override { return true; }
  base::Result<void> Process(std::span<const log::StoredRecord> records,
                             log::TransactionalWriter& writer) override {
    batches.push_back(records.size());
    for (const std::string& value : told) {
      PAYLOG_TRY(writer.Append(kOutput, {.value = value}));
    }
    return {};
  }
  void OnCommitted() override { told.clear(); }
  void OnAborted() override {}
  base::Result<void> Maintain() override {
    ++maintained;
    return {};
  }
  base::Result<void> Close() override { return {}; }
  bool acts_outside() const override { return true; }
  bool HasOutput() const override { return !told.empty(); }
  std::optional<std::pair<log::TopicPartition, base::Offset>> Checkpoint() const override {
    return std::pair(kOutput, base::Offset(17));
  }
  void SetWakeup(const std::function<void()>& given) override { wakeup = given; }

  std::vector<std::string> told;
  std::vector<std::size_t> batches;
  std::function<void()> wakeup;
  int take_overs = 0;
  int maintained = 0;
};

class WorkerOutsideTest : public testing::Test {
 protected:
  void SetUp() override {
    log_.Put(kInput, "a");
    worker_.emplace(log_, processor_, counters_,
                    WorkerOptions{.input = kInput, .transactional_id = "w-0"},
                    log_.Metadata(kGroup));
    EXPECT_EQ(Step(), StepOutcome::kCommitted);
    EXPECT_EQ(Step(), StepOutcome::kIdle);
  }
  StepOutcome Step() { return Must(worker_->Step(kNoWait)); }

  FakeLog log_;
  Counters counters_;
  ToldProcessor processor_;
  std::optional<Worker> worker_;
};

TEST_F(WorkerOutsideTest, CommitsWhatItWasToldThoughNoRecordComes) {
  EXPECT_FALSE(worker_->has_output());
  processor_.told = {"x"};
  EXPECT_TRUE(worker_->has_output());
  EXPECT_EQ(Step(), StepOutcome::kCommitted);
  EXPECT_THAT(log_.Values(kOutput), ElementsAre("x"));
  EXPECT_EQ(log_.Committed(kGroup, kInput), base::Offset(1)) << "where it was";
  EXPECT_EQ(Step(), StepOutcome::kIdle);
  EXPECT_THAT(processor_.batches, ElementsAre(1, 0));
  EXPECT_EQ(processor_.maintained, 4) << "after each step";
}

// What it does outside cannot be taken back when the disk loses what it was done for.
TEST_F(WorkerOutsideTest, DoesNotReadAheadOfTheDisk) {
  EXPECT_EQ(log_.IsolationOf(kInput), log::Isolation::kReadCommitted);
}

TEST_F(WorkerOutsideTest, CommitsTheCheckpointWithEachTransaction) {
  EXPECT_EQ(log_.Committed(kGroup, kOutput), base::Offset(17));
}

TEST_F(WorkerOutsideTest, TellsAgainWhatDidNotCommit) {
  processor_.told = {"x"};
  log_.FailNext(Call::kCommit, {.code = ErrorCode::kAbortRequired, .context = "scripted"});
  EXPECT_EQ(Step(), StepOutcome::kRecovered);
  EXPECT_THAT(log_.Values(kOutput), IsEmpty());
  EXPECT_EQ(Step(), StepOutcome::kCommitted);
  EXPECT_THAT(log_.Values(kOutput), ElementsAre("x"));
}

TEST_F(WorkerOutsideTest, NamesWhereItStandsWhenItsOutputIsRefused) {
  processor_.told = {"x"};
  for (int i = 0; i < 4; ++i) {
    log_.FailNext(Call::kAppend, {.code = ErrorCode::kMessageTooLarge, .context = "scripted"});
  }
  base::Result<StepOutcome> outcome = StepOutcome::kIdle;
  for (int i = 0; i < 6 && outcome; ++i) {
    outcome = worker_->Step(kNoWait);
  }
  const base::Error error = test_support::ErrorOf(outcome);
  EXPECT_EQ(error.code, ErrorCode::kMessageTooLarge);
  EXPECT_THAT(error.context, HasSubstr("from offset 1, after several attempts"));
}

TEST_F(WorkerOutsideTest, TakesOverWithEachAssignment) {
  worker_->Reassign(log_.Metadata(kGroup));
  EXPECT_EQ(Step(), StepOutcome::kIdle);
  EXPECT_EQ(log_.CountOf(Call::kInit), 2U) << "whoever had it in between is fenced before it acts";
}

TEST_F(WorkerOutsideTest, CanBeWokenAsLongAsItLives) {
  ASSERT_TRUE(processor_.wakeup);
  processor_.wakeup();
  worker_.reset();
  EXPECT_FALSE(processor_.wakeup);
}

}  // namespace
}  // namespace paylog::runtime
