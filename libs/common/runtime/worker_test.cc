#include "paylog/runtime/worker.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "paylog/base/check.h"
#include "paylog/test_support/fake_log.h"
#include "paylog/test_support/must.h"

// Goal: whatever call of the log fails, and how, each input record leaves its output exactly once,
// and what the worker does is what log::RecoveryOf says. Method: a log in memory whose calls fail
// by script, and a processor that copies each record, remembers how many it has copied, and so
// would notice every record that comes twice or not at all.
namespace paylog::runtime {
namespace {

using base::Error;
using base::ErrorCode;
using test_support::CodeOf;
using test_support::FakeLog;
using test_support::Must;
using testing::ElementsAre;
using Call = FakeLog::Call;

const log::TopicPartition kInput = {.topic = "in", .partition = base::PartitionId(0)};
const log::TopicPartition kOutput = {.topic = "out", .partition = base::PartitionId(0)};
const std::string kGroup = "workers";
constexpr std::chrono::milliseconds kNoWait{0};

Error Abortable() {
  return {.code = ErrorCode::kAbortRequired, .context = "scripted"};
}
Error Fatal() {
  return {.code = ErrorCode::kIo, .context = "scripted", .fatal = true};
}
Error Of(ErrorCode code) {
  return {.code = code, .context = "scripted"};
}

// Its state is the copies it has made; its journal is the output.
class CopyingProcessor final : public PartitionProcessor {
 public:
  explicit CopyingProcessor(FakeLog& log) : log_(log) {}

  base::Result<base::Offset> TakeOver(std::optional<base::Offset> committed) override {
    ++take_overs;
    if (lasting_take_over_error) {
      return *lasting_take_over_error;
    }
    if (take_over_error) {
      return *std::exchange(take_over_error, std::nullopt);
    }
    copied_ = log_.Values(kOutput);
    staged_.clear();
    const base::Offset resume(static_cast<std::int64_t>(copied_.size()));
    EXPECT_LE(committed.value_or(base::Offset(0)), resume);
    return resume;
  }
  base::Result<bool> StillCurrent() override { return log_.Values(kOutput) == copied_; }
  base::Result<void> Process(std::span<const log::StoredRecord> records,
                             log::TransactionalWriter& writer) override {
    CHECK(staged_.empty());
    batches.push_back(records.size());
    for (const log::StoredRecord& record : records) {
      EXPECT_EQ(static_cast<std::size_t>(record.offset.value()), copied_.size() + staged_.size());
      if (process_error && record.value == process_error->first) {
        return process_error->second;
      }
      PAYLOG_TRY(writer.Append(kOutput, {.value = record.value}));
      staged_.push_back(record.value);
    }
    return {};
  }
  void OnCommitted() override {
    copied_.insert(copied_.end(), staged_.begin(), staged_.end());
    staged_.clear();
  }
  void OnAborted() override { staged_.clear(); }
  base::Result<void> Maintain() override { return {}; }
  base::Result<void> Close() override {
    ++closes;
    return {};
  }

  [[nodiscard]] const std::vector<std::string>& copied() const { return copied_; }

  std::optional<Error> take_over_error;          // Of the next take-over.
  std::optional<Error> lasting_take_over_error;  // Of each.
  std::optional<std::pair<std::string, Error>> process_error;
  int take_overs = 0;
  int closes = 0;
  std::vector<std::size_t> batches;

 private:
  FakeLog& log_;
  std::vector<std::string> copied_;
  std::vector<std::string> staged_;
};

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() { Put(5); }

  void Put(int count) {
    for (int i = 0; i < count; ++i) {
      log_.Put(kInput, std::to_string(next_value_++));
    }
  }
  std::unique_ptr<Worker> NewWorker(PartitionProcessor& processor, std::size_t batch_records_max) {
    return std::make_unique<Worker>(log_, processor, counters_,
                                    WorkerOptions{.input = kInput,
                                                  .transactional_id = "worker-0",
                                                  .batch_records_max = batch_records_max},
                                    log_.Metadata(kGroup));
  }
  base::Result<StepOutcome> Step() { return worker_->Step(kNoWait); }

  // Steps until there is nothing left to do. Stands in for the stage runner: a pause ends with a
  // new assignment.
  void RunToIdle() {
    for (int steps = 0; steps < 100; ++steps) {
      const StepOutcome outcome = Must(Step());
      if (outcome == StepOutcome::kIdle) {
        return;
      }
      if (outcome == StepOutcome::kPaused) {
        worker_->Reassign(log_.Metadata(kGroup));
      }
    }
    FAIL() << "the worker does not come to rest";
  }
  // Each input was copied once, in order, and the committed offset is behind the last.
  void ExpectAllCopied() {
    EXPECT_EQ(log_.Values(kOutput), log_.Values(kInput));
    EXPECT_EQ(processor_.copied(), log_.Values(kInput));
    EXPECT_EQ(log_.Committed(kGroup, kInput), base::Offset(next_value_));
  }

  FakeLog log_;
  Counters counters_;
  CopyingProcessor processor_{log_};
  std::unique_ptr<Worker> worker_ = NewWorker(processor_, 2);
  int next_value_ = 0;
};

TEST_F(WorkerTest, TakesOverInOrderAndCommitsBehindTheLastRecord) {
  EXPECT_EQ(Must(Step()), StepOutcome::kCommitted);
  EXPECT_THAT(log_.calls(),
              ElementsAre(Call::kNewWriter, Call::kInit, Call::kCommittedOffset, Call::kBegin,
                          Call::kAppend, Call::kAppend, Call::kCommitOffset, Call::kCommit));
  EXPECT_EQ(log_.Committed(kGroup, kInput), base::Offset(2));
  EXPECT_EQ(log_.IsolationOf(kInput), log::Isolation::kReadAhead);
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(processor_.take_overs, 1);
  EXPECT_EQ(counters_.Read().aborts, 0);
}

TEST_F(WorkerTest, ResumesWhereTheProcessorSays) {
  log_.Put(kOutput, "0");
  log_.Put(kOutput, "1");
  log_.Put(kOutput, "2");
  log_.SetCommitted(kGroup, kInput, base::Offset(1));
  RunToIdle();
  ExpectAllCopied();
}

// A broker that is away when a partition is assigned is trouble, not the end.
TEST_F(WorkerTest, TellsAGroupThatHasForgottenItsOffset) {
  RunToIdle();
  log_.ForgetCommitted(kGroup, kInput);
  CopyingProcessor next(log_);
  worker_ = NewWorker(next, 5);
  log_.FailNext(Call::kCommit, Of(ErrorCode::kUnknownOutcome));
  RunToIdle();
  RunToIdle();
  EXPECT_EQ(log_.Committed(kGroup, kInput), base::Offset(5)) << "though nothing was left to read";
  ExpectAllCopied();
  EXPECT_TRUE(next.batches.empty());
  worker_.reset();  // Before its processor.
}

TEST_F(WorkerTest, OpensItsReaderWhenTheLogIsBack) {
  log_.FailNext(Call::kNewReader, Of(ErrorCode::kUnavailable));
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  EXPECT_FALSE(worker_->is_serving());
  EXPECT_GT(worker_->backoff().count(), 0);
  EXPECT_EQ(log_.CountOf(Call::kInit), 0U) << "nobody is fenced by who cannot read";
  RunToIdle();
  EXPECT_TRUE(worker_->is_serving());
  ExpectAllCopied();
}

// A poll that returns nothing does not mean that nothing is there: what went wrong is remembered
// until the end is reached, or a record that is refused would be tried for ever.
TEST_F(WorkerTest, AnEmptyPollBeforeTheEndForgetsNoTrouble) {
  log_.FailNext(Call::kCommit, Abortable());
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  const auto backoff = worker_->backoff();
  EXPECT_GT(backoff.count(), 0);
  log_.HideNext(1);
  EXPECT_EQ(Must(Step()), StepOutcome::kIdle);
  EXPECT_EQ(worker_->backoff(), backoff);
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(worker_->backoff().count(), 0);
}

class NotingObserver final : public StageObserver {
 public:
  void OnTakeOverBegun(const log::TopicPartition& /*input*/) override { Note("begin"); }
  void OnTakenOver(const log::TopicPartition& input, base::Offset next, bool kept) override {
    EXPECT_EQ(input, kInput);
    Note(std::string(kept ? "kept" : "taken over") + " at " + std::to_string(next.value()));
  }
  void OnCommitBegun(const log::TopicPartition& /*input*/, std::size_t records) override {
    Note("commit " + std::to_string(records));
  }
  void OnCommitted(const log::TopicPartition& /*input*/, base::Offset next) override {
    Note("committed to " + std::to_string(next.value()));
  }
  void OnCaughtUp(const log::TopicPartition& /*input*/, base::Offset next) override {
    Note("caught up at " + std::to_string(next.value()));
  }
  void OnTrouble(const log::TopicPartition& /*input*/, const Error& error) override {
    Note(std::string(ToString(error.code)));
  }
  std::vector<std::string> notes;

 private:
  void Note(std::string note) { notes.push_back(std::move(note)); }
};

TEST_F(WorkerTest, TellsItsObserverWhatHappens) {
  NotingObserver observer;
  Worker worker(
      log_, processor_, counters_,
      {.input = kInput, .transactional_id = "w", .batch_records_max = 3, .observer = &observer},
      log_.Metadata(kGroup));
  EXPECT_EQ(Must(worker.Step(kNoWait)), StepOutcome::kCommitted);
  log_.FailNext(Call::kBegin, Of(ErrorCode::kTainted));
  EXPECT_EQ(Must(worker.Step(kNoWait)), StepOutcome::kRecovered);
  EXPECT_FALSE(worker.is_serving());
  log_.PutMarker(kInput);
  EXPECT_EQ(Must(worker.Step(kNoWait)), StepOutcome::kCommitted);
  EXPECT_EQ(Must(worker.Step(kNoWait)), StepOutcome::kIdle);
  EXPECT_THAT(observer.notes,
              ElementsAre("begin", "taken over at 0", "commit 3", "committed to 3", "tainted",
                          "begin", "kept at 3", "commit 2", "committed to 5", "caught up at 6"));
}

// Abort and rewind.

TEST_F(WorkerTest, RewindsToExactlyWhatIsNotCommitted) {
  EXPECT_EQ(Must(Step()), StepOutcome::kCommitted);
  log_.FailNext(Call::kCommit, Abortable());
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  EXPECT_EQ(log_.CountOf(Call::kAbort), 1U);
  EXPECT_THAT(processor_.copied(), ElementsAre("0", "1"));
  EXPECT_THAT(log_.Values(kOutput), ElementsAre("0", "1"));
  EXPECT_EQ(log_.Committed(kGroup, kInput), base::Offset(2));
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(processor_.take_overs, 1);  // The state was good: only the batch was dropped.
  EXPECT_EQ(log_.CountOf(Call::kInit), 1U);
}

TEST_F(WorkerTest, RecreatesTheWriterWhenAnAbortFails) {
  log_.FailNext(Call::kAppend, Abortable());
  log_.FailNext(Call::kAbort, Of(ErrorCode::kUnavailable));
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(log_.CountOf(Call::kInit), 2U);
}

TEST_F(WorkerTest, StopsWhenAnAbortFailsForGood) {
  log_.FailNext(Call::kAppend, Abortable());
  log_.FailNext(Call::kAbort, Fatal());
  EXPECT_EQ(CodeOf(Step()), ErrorCode::kIo);
  EXPECT_THAT(log_.Values(kOutput), ElementsAre());
}

TEST_F(WorkerTest, RecreatesAWriterThatCannotBegin) {
  for (int i = 0; i < 3; ++i) {
    log_.FailNext(Call::kBegin, Abortable());
  }
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(log_.CountOf(Call::kAbort), 0U);
  EXPECT_EQ(log_.CountOf(Call::kInit), 4U);
}

// Unknown outcome.

TEST_F(WorkerTest, GoesOnAfterAnUnknownCommitThatDidNotTake) {
  EXPECT_EQ(Must(Step()), StepOutcome::kCommitted);
  log_.FailNext(Call::kCommit, Of(ErrorCode::kUnknownOutcome), /*taken=*/false);
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(log_.CountOf(Call::kAbort), 0U);
  EXPECT_EQ(processor_.take_overs, 1);
  EXPECT_EQ(log_.CountOf(Call::kInit), 2U);
}

TEST_F(WorkerTest, TakesOverAfterAnUnknownCommitThatTook) {
  EXPECT_EQ(Must(Step()), StepOutcome::kCommitted);
  log_.FailNext(Call::kCommit, Of(ErrorCode::kUnknownOutcome), /*taken=*/true);
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  EXPECT_THAT(processor_.copied(), ElementsAre("0", "1"));  // Not before it is known.
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(log_.CountOf(Call::kAbort), 0U);
  EXPECT_EQ(processor_.take_overs, 2);
}

TEST_F(WorkerTest, ComparesAgainWhenTheComparisonFailed) {
  log_.FailNext(Call::kCommit, Of(ErrorCode::kUnknownOutcome), /*taken=*/true);
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  log_.FailNext(Call::kCommittedOffset, Of(ErrorCode::kTimedOut));
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(log_.CountOf(Call::kInit), 3U);  // Each attempt begins with a fence.
}

TEST_F(WorkerTest, TakesOverWhereTheOffsetMovedWithoutItsState) {
  EXPECT_EQ(Must(Step()), StepOutcome::kCommitted);
  log_.FailNext(Call::kAppend, Of(ErrorCode::kUnavailable));
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  log_.Put(kOutput, "2");
  log_.SetCommitted(kGroup, kInput, base::Offset(3));
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(processor_.take_overs, 2);
}

// Fencing and generations.

TEST_F(WorkerTest, PausesWhenFencedAndTakesOverWhenConfirmed) {
  EXPECT_EQ(Must(Step()), StepOutcome::kCommitted);
  CopyingProcessor successor(log_);
  const auto rival = NewWorker(successor, 1);
  EXPECT_EQ(Must(rival->Step(kNoWait)), StepOutcome::kCommitted);  // "2"

  EXPECT_EQ(Must(Step()), StepOutcome::kPaused);
  const auto calls = log_.calls().size();
  EXPECT_EQ(Must(Step()), StepOutcome::kPaused);
  EXPECT_EQ(log_.calls().size(), calls);  // Paused means quiet.
  EXPECT_EQ(log_.CountOf(Call::kAbort), 0U);
  EXPECT_THAT(log_.Values(kOutput), ElementsAre("0", "1", "2"));

  worker_->Confirm();
  EXPECT_EQ(Must(Step()), StepOutcome::kCommitted);
  EXPECT_EQ(processor_.take_overs, 2);
  EXPECT_EQ(Must(rival->Step(kNoWait)), StepOutcome::kPaused);  // Now it is the deposed one.
  RunToIdle();
  ExpectAllCopied();
}

TEST_F(WorkerTest, PausesWhenFencedByInit) {
  log_.FailNext(Call::kInit, Of(ErrorCode::kFenced));
  EXPECT_EQ(Must(Step()), StepOutcome::kPaused);
  EXPECT_EQ(Must(Step()), StepOutcome::kPaused);
  worker_->Confirm();
  RunToIdle();
  ExpectAllCopied();
}

TEST_F(WorkerTest, AbortsAndPausesInAnOldGeneration) {
  EXPECT_EQ(Must(Step()), StepOutcome::kCommitted);
  log_.BeginGeneration();
  EXPECT_EQ(Must(Step()), StepOutcome::kPaused);
  EXPECT_EQ(log_.CountOf(Call::kAbort), 1U);
  EXPECT_THAT(log_.Values(kOutput), ElementsAre("0", "1"));

  worker_->Confirm();  // Too early: the metadata is still the old one.
  EXPECT_EQ(Must(Step()), StepOutcome::kPaused);
  EXPECT_THAT(log_.Values(kOutput), ElementsAre("0", "1"));

  worker_->Reassign(log_.Metadata(kGroup));
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(processor_.take_overs, 1);
}

TEST_F(WorkerTest, NoticesAnOwnerInBetweenAfterItsReassignment) {
  EXPECT_EQ(Must(Step()), StepOutcome::kCommitted);
  log_.BeginGeneration();
  CopyingProcessor other(log_);
  const auto between = NewWorker(other, 1);
  EXPECT_EQ(Must(between->Step(kNoWait)), StepOutcome::kCommitted);
  log_.BeginGeneration();
  worker_->Reassign(log_.Metadata(kGroup));
  EXPECT_EQ(Must(Step()), StepOutcome::kPaused);  // Fenced by the owner in between.
  worker_->Confirm();
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(processor_.take_overs, 2);
}

// Final errors.

TEST_F(WorkerTest, StopsForGoodAfterAFatalErrorOfAnyCall) {
  for (const Call call : {Call::kNewWriter, Call::kInit, Call::kCommittedOffset, Call::kPoll,
                          Call::kBegin, Call::kAppend, Call::kCommitOffset, Call::kCommit}) {
    FakeLog log;
    log.Put(kInput, "0");
    CopyingProcessor processor(log);
    Worker worker(log, processor, counters_, {.input = kInput, .transactional_id = "w"},
                  log.Metadata(kGroup));
    log.FailNext(call, Fatal());
    const auto stopped = worker.Step(kNoWait);
    EXPECT_EQ(CodeOf(stopped), ErrorCode::kIo) << static_cast<int>(call);
    EXPECT_THAT(stopped.error().context, testing::HasSubstr("in/0"));
    const std::size_t calls = log.calls().size();
    EXPECT_EQ(CodeOf(worker.Step(kNoWait)), ErrorCode::kIo);
    EXPECT_EQ(log.calls().size(), calls) << "nothing is tried again";
    EXPECT_THAT(log.Values(kOutput), ElementsAre());
    EXPECT_EQ(log.CountOf(Call::kAbort), 0U);
    EXPECT_EQ(log.open_readers(), 0) << "nobody polls it any more";
  }
}

TEST_F(WorkerTest, StopsWhenTheProcessorCannotTakeOver) {
  processor_.take_over_error = Of(ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf(Step()), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf(Step()), ErrorCode::kCorrupt);
  EXPECT_EQ(processor_.take_overs, 1);
  Must(worker_->Close());
  EXPECT_EQ(processor_.closes, 0);  // There is no state to close.
}

// A broker that was deposed while it was paused may tell of an end that is long past.
TEST_F(WorkerTest, LooksAgainAtALogThatSeemsTooShort) {
  processor_.take_over_error = Of(ErrorCode::kLostRecords);
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  log_.FailNext(Call::kPoll, Of(ErrorCode::kOffsetOutOfRange));
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(log_.CountOf(Call::kInit), 3U);  // Each look is a take-over.
}

TEST_F(WorkerTest, StopsAtALogThatStaysTooShort) {
  processor_.lasting_take_over_error = Of(ErrorCode::kLostRecords);
  int looks = 1;
  constexpr int kEnough = 100;
  base::Result<StepOutcome> step = Step();
  for (; step && looks < kEnough; ++looks) {
    EXPECT_EQ(*step, StepOutcome::kRecovered);
    step = Step();
  }
  EXPECT_EQ(CodeOf(step), ErrorCode::kLostRecords);
  EXPECT_EQ(looks, 8);
  EXPECT_THAT(log_.Values(kOutput), ElementsAre());
}

TEST_F(WorkerTest, TriesATakeOverAgainThatTimeMayCure) {
  processor_.take_over_error = Of(ErrorCode::kUnavailable);
  EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(processor_.take_overs, 2);
}

TEST_F(WorkerTest, StopsAtAPoisonRecordAfterAllBeforeIt) {
  processor_.process_error = {"3", Of(ErrorCode::kMessageTooLarge)};
  std::optional<Error> error;
  for (int steps = 0; steps < 20 && !error; ++steps) {
    if (const auto outcome = Step(); !outcome) {
      error = outcome.error();
    }
  }
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, ErrorCode::kMessageTooLarge);
  EXPECT_THAT(error->context, testing::HasSubstr("offset 3"));
  EXPECT_THAT(log_.Values(kOutput), ElementsAre("0", "1", "2"));
  EXPECT_EQ(log_.Committed(kGroup, kInput), base::Offset(3));
}

TEST_F(WorkerTest, GoesOnAfterARefusalThatDoesNotLast) {
  log_.FailNext(Call::kAppend, Of(ErrorCode::kMessageTooLarge));
  log_.FailNext(Call::kAppend, Of(ErrorCode::kMessageTooLarge));
  RunToIdle();
  ExpectAllCopied();
  EXPECT_THAT(processor_.batches, ElementsAre(2, 1, 1, 2, 2));
}

// Back-off.

TEST_F(WorkerTest, BacksOffLongerWithEachTroubleAndNotAtAllAfterACommit) {
  EXPECT_EQ(worker_->backoff().count(), 0);
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 10; ++i) {
    log_.FailNext(Call::kCommit, Abortable());
    EXPECT_EQ(Must(Step()), StepOutcome::kRecovered);
    waits.push_back(worker_->backoff().count());
  }
  EXPECT_THAT(waits, ElementsAre(10, 20, 40, 80, 160, 320, 640, 1280, 1280, 1280));
  EXPECT_EQ(Must(Step()), StepOutcome::kCommitted);
  EXPECT_EQ(worker_->backoff().count(), 0);
  RunToIdle();
  ExpectAllCopied();
}

TEST_F(WorkerTest, BacksOffWhileTheInputCannotBeRead) {
  const Error away{.code = ErrorCode::kUnavailable, .context = "scripted", .retriable = true};
  log_.FailNext(Call::kPoll, away);
  log_.FailNext(Call::kPoll, away);
  EXPECT_EQ(Must(Step()), StepOutcome::kIdle);
  EXPECT_EQ(Must(Step()), StepOutcome::kIdle);
  EXPECT_GT(worker_->backoff().count(), 0);
  RunToIdle();
  ExpectAllCopied();
  EXPECT_EQ(worker_->backoff().count(), 0);
}

// Every kind of error that does not end the process, at every call, before and after a commit.
TEST_F(WorkerTest, CopiesEachRecordOnceWhateverFailsAndWherever) {
  const std::vector<Error> errors = {Abortable(),
                                     Of(ErrorCode::kIllegalGeneration),
                                     Of(ErrorCode::kMessageTooLarge),
                                     Of(ErrorCode::kFenced),
                                     Of(ErrorCode::kUnknownOutcome),
                                     Of(ErrorCode::kTimedOut),
                                     Of(ErrorCode::kUnavailable)};
  for (const Call call : {Call::kNewWriter, Call::kInit, Call::kCommittedOffset, Call::kBegin,
                          Call::kAppend, Call::kCommitOffset, Call::kCommit, Call::kAbort}) {
    for (const Error& error : errors) {
      const bool at_start =
          call == Call::kNewWriter || call == Call::kInit || call == Call::kCommittedOffset;
      if (at_start && error.code == ErrorCode::kMessageTooLarge) {
        continue;  // No message is involved.
      }
      SCOPED_TRACE(std::to_string(static_cast<int>(call)) + ' ' + error.ToString());
      log_.PassNext(call);
      log_.FailNext(call, error, /*taken=*/error.code == ErrorCode::kUnknownOutcome);
      log_.FailNext(call, error);
      log_.FailNext(Call::kCommit, Abortable());  // Makes an abort, and later an Init.
      log_.FailNext(Call::kCommitOffset, Of(ErrorCode::kUnavailable));
      Put(7);
      RunToIdle();
      ExpectAllCopied();
    }
  }
}

}  // namespace
}  // namespace paylog::runtime
