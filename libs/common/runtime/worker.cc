#include "paylog/runtime/worker.h"

#include <utility>

#include "paylog/base/check.h"

namespace paylog::runtime {

using base::ErrorCode;

Worker::Worker(log::Log& log, std::unique_ptr<log::Reader> reader, PartitionProcessor& processor,
               Counters& counters, WorkerOptions options, log::GroupMetadata metadata)
    : log_(log),
      processor_(processor),
      counters_(counters),
      options_(std::move(options)),
      metadata_(std::move(metadata)),
      reader_(std::move(reader)) {}

base::Result<StepOutcome> Worker::Step(std::chrono::milliseconds wait) {
  if (paused_) {
    return StepOutcome::kPaused;
  }
  if (auto running = EnsureRunning(); !running) {
    if (running.error().fatal || running.error().code != ErrorCode::kFenced) {
      return running.error().In(options_.input.ToString());
    }
    return Recover(running.error());
  }
  auto polled = reader_->Poll({.records_max = options_.batch_records_max,
                               .bytes_max = options_.batch_bytes_max,
                               .wait = wait});
  if (!polled) {
    if (polled.error().retriable) {
      return StepOutcome::kIdle;
    }
    return polled.error().In(options_.input.ToString());
  }
  if (polled->records.empty()) {
    PAYLOG_TRY(processor_.Maintain());
    return StepOutcome::kIdle;
  }
  if (auto done = RunTransaction(*polled); !done) {
    return Recover(done.error());
  }
  PAYLOG_TRY(processor_.Maintain());
  return StepOutcome::kCommitted;
}

base::Result<void> Worker::EnsureRunning() {
  if (writer_ != nullptr) {
    return {};
  }
  PAYLOG_TRY(RecreateWriter());
  if (has_state_) {
    PAYLOG_ASSIGN(const bool unchanged, ContinueAsBefore());
    if (unchanged) {
      return reader_->Seek(committed_);
    }
  }
  return TakeOver();
}

base::Result<void> Worker::RecreateWriter() {
  PAYLOG_ASSIGN(auto writer, log_.NewWriter(options_.transactional_id));
  PAYLOG_TRY(writer->Init());
  writer_ = std::move(writer);
  return {};
}

// Every Init is a take-over: go on only if offset and output are what this worker committed last.
base::Result<bool> Worker::ContinueAsBefore() {
  PAYLOG_ASSIGN(const auto committed, log_.CommittedOffset(metadata_.group(), options_.input));
  if (committed.has_value() ? *committed != committed_ : committed_ != base::Offset(0)) {
    return false;
  }
  return processor_.StillCurrent();
}

base::Result<void> Worker::TakeOver() {
  has_state_ = false;
  PAYLOG_ASSIGN(const auto committed, log_.CommittedOffset(metadata_.group(), options_.input));
  PAYLOG_ASSIGN(committed_, processor_.TakeOver(committed));
  PAYLOG_TRY(reader_->Seek(committed_));
  has_state_ = true;
  counters_.Add({.take_overs = 1});
  return {};
}

base::Result<void> Worker::RunTransaction(const log::PolledRecords& polled) {
  PAYLOG_TRY(writer_->Begin());
  transaction_open_ = true;
  PAYLOG_TRY(processor_.Process(polled.records, *writer_));
  // Not `polled.next`, which may lie beyond gaps: the offset must name the last record processed.
  const base::Offset next = polled.records.back().offset.Next();
  PAYLOG_TRY(writer_->CommitOffset(metadata_, options_.input, next));
  PAYLOG_TRY(writer_->Commit());
  transaction_open_ = false;
  processor_.OnCommitted();
  committed_ = next;
  return {};
}

base::Result<StepOutcome> Worker::Recover(const base::Error& error) {
  processor_.OnAborted();
  counters_.Add({.aborts = 1});
  const bool was_open = std::exchange(transaction_open_, false);
  // A new generation, or a new owner: the group decides whether this worker goes on.
  paused_ = error.code == ErrorCode::kFenced || error.code == ErrorCode::kIllegalGeneration;
  switch (log::RecoveryOf(error)) {
    case log::Recovery::kFatal:
      return error.In(options_.input.ToString());
    case log::Recovery::kAbortAndRewind:
      if (writer_ != nullptr && was_open && !writer_->Abort()) {
        writer_.reset();
      }
      if (has_state_) {
        PAYLOG_TRY(reader_->Seek(committed_));
      }
      break;
    case log::Recovery::kRecreate:
      writer_.reset();
      break;
  }
  return paused_ ? StepOutcome::kPaused : StepOutcome::kRecovered;
}

void Worker::Reassign(log::GroupMetadata metadata) {
  metadata_ = std::move(metadata);
  paused_ = false;
}

void Worker::Confirm() {
  paused_ = false;
}

base::Result<void> Worker::Close() {
  CHECK(!transaction_open_);
  if (!has_state_) {
    return {};
  }
  return processor_.Close();
}

void Worker::Wakeup() {
  reader_->Wakeup();
}

}  // namespace paylog::runtime
