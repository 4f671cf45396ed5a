#include "paylog/runtime/worker.h"

#include <algorithm>
#include <string>
#include <utility>

#include "paylog/base/check.h"

namespace paylog::runtime {

using base::ErrorCode;

namespace {

// 10 ms, doubled up to 1.28 s: a broker that is away for hours is asked about once a second.
constexpr std::chrono::milliseconds kNoWait{0};
constexpr std::chrono::milliseconds kBackoffMin{10};
constexpr int kBackoffDoublingsMax = 7;

// After a broker refused a message, the next transaction may fail with it, and only then the epoch
// is raised (seen with librdkafka after MSG_SIZE_TOO_LARGE); so two failures in a row do not mean
// poison.
constexpr int kRefusalsMax = 4;

// A broker that comes back from a pause may answer before it learns that it leads no longer, and
// then tells of an end that is long past. A log that seems too short is looked at again: with the
// back-off for about a second.
constexpr int kDoubtsMax = 8;

// True for trouble that may be over later, whoever caused it. Anything else is the fault of what
// was asked, or of stored bytes: trying again for ever would hide it.
bool TimeMayCure(const base::Error& error) {
  if (error.fatal) {
    return false;
  }
  switch (error.code) {
    case ErrorCode::kFenced:
    case ErrorCode::kIllegalGeneration:
    case ErrorCode::kTainted:
    case ErrorCode::kUnknownOutcome:
    case ErrorCode::kAbortRequired:
    case ErrorCode::kTimedOut:
    case ErrorCode::kUnavailable:
      return true;
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kBusy:
    case ErrorCode::kRefused:
    case ErrorCode::kIo:
    case ErrorCode::kCorrupt:
    case ErrorCode::kLostRecords:
    case ErrorCode::kMessageTooLarge:
    case ErrorCode::kOffsetOutOfRange:
    case ErrorCode::kShutdown:
      return error.retriable;
  }
  CHECK(false);
}

}  // namespace

Worker::Worker(log::Log& log, PartitionProcessor& processor, Counters& counters,
               WorkerOptions options, log::GroupMetadata metadata)
    : log_(log),
      processor_(processor),
      counters_(counters),
      options_(std::move(options)),
      observer_(options_.observer != nullptr ? *options_.observer : ignoring_),
      metadata_(std::move(metadata)) {
  processor_.SetWakeup([this] { Wakeup(); });
}

Worker::~Worker() {
  processor_.SetWakeup({});
}

base::Result<StepOutcome> Worker::Step(std::chrono::milliseconds wait) {
  if (failure_) {
    return *failure_;
  }
  if (paused_) {
    return StepOutcome::kPaused;
  }
  auto outcome = TryStep(wait);
  if (!outcome) {
    failure_ = outcome.error().In(options_.input.ToString());
    CloseReader();
    return *failure_;
  }
  return outcome;
}

base::Result<StepOutcome> Worker::TryStep(std::chrono::milliseconds wait) {
  // Whoever waits for a take-over hears of it at once, and not when records come.
  const bool hurries = writer_ == nullptr;
  if (auto running = EnsureRunning(); !running) {
    // Whatever was reached, the next attempt begins with a new epoch and looks at the log again.
    writer_.reset();
    if (running.error().code == ErrorCode::kShutdown) {
      return StepOutcome::kIdle;  // Interrupted; no trouble.
    }
    if (!TimeMayCure(running.error()) && !IsDoubtful(running.error())) {
      return running.error();
    }
    return Recover(running.error());
  }
  // After a refusal records are taken one by one, so that the one at fault stops only itself.
  auto polled = reader_->Poll(
      {.records_max = refusals_ > 0 ? 1 : options_.batch_records_max,
       .bytes_max = options_.batch_bytes_max,
       .wait = hurries || processor_.HasOutput() ? kNoWait : std::min(wait, processor_.IdleFor())});
  if (!polled) {
    if (polled.error().retriable && !polled.error().fatal) {
      ++troubles_;
      observer_.OnReadTrouble(options_.input, polled.error());
      return StepOutcome::kIdle;
    }
    if (IsDoubtful(polled.error())) {
      writer_.reset();  // Whoever takes over looks at everything again.
      return Recover(polled.error());
    }
    return polled.error();
  }
  if (polled->records.empty()) {
    observer_.OnCaughtUp(options_.input, polled->next);
    if (!processor_.HasOutput()) {
      ForgetTroublesAtTheEnd(polled->next);
      PAYLOG_TRY(processor_.Maintain());
      return StepOutcome::kIdle;
    }
  }
  return Commit(polled->records);
}

base::Result<StepOutcome> Worker::Commit(std::span<const log::StoredRecord> records) {
  if (auto done = RunTransaction(records); !done) {
    if (!TimeMayCure(done.error()) && ++refusals_ >= kRefusalsMax) {
      processor_.OnAborted();
      const base::Offset from = records.empty() ? committed_ : records.front().offset;
      return done.error().In("from offset " + std::to_string(from.value()) +
                             ", after several attempts");
    }
    return Recover(done.error());
  }
  PAYLOG_TRY(processor_.Maintain());
  return StepOutcome::kCommitted;
}

bool Worker::IsDoubtful(const base::Error& error) {
  const bool short_log =
      error.code == ErrorCode::kLostRecords || error.code == ErrorCode::kOffsetOutOfRange;
  return short_log && !error.fatal && ++doubts_ < kDoubtsMax;
}

// An empty poll alone says little: on some logs what is there is still on its way.
void Worker::ForgetTroublesAtTheEnd(base::Offset position) {
  if (troubles_ == 0) {
    return;
  }
  if (const auto end = reader_->EndOffset(); end && position >= *end) {
    troubles_ = refusals_ = doubts_ = 0;  // All there is has been committed.
  }
}

std::chrono::milliseconds Worker::backoff() const {
  if (troubles_ == 0) {
    return kNoWait;
  }
  const int doublings = std::min(troubles_ - 1, kBackoffDoublingsMax);
  return kBackoffMin * (1 << doublings);
}

base::Result<void> Worker::EnsureRunning() {
  if (writer_ != nullptr) {
    return {};
  }
  PAYLOG_TRY(OpenReader());
  observer_.OnTakeOverBegun(options_.input);
  PAYLOG_TRY(RecreateWriter());
  bool kept = false;
  if (has_state_) {
    PAYLOG_ASSIGN(kept, ContinueAsBefore());
  }
  PAYLOG_TRY(kept ? reader_->Seek(committed_) : TakeOver());
  observer_.OnTakenOver(options_.input, committed_, kept);
  return {};
}

// Here, not when it is made, so that a broker that is away is no more than trouble.
base::Result<void> Worker::OpenReader() {
  if (reader_ != nullptr) {
    return {};
  }
  PAYLOG_ASSIGN(auto reader, log_.NewReader(options_.input, processor_.acts_outside()
                                                                ? log::Isolation::kReadCommitted
                                                                : log::Isolation::kReadAhead));
  const std::scoped_lock lock(reader_mutex_);
  reader_ = std::move(reader);
  return {};
}

// One that is open and not polled would go on fetching, and hold what it fetched in memory.
void Worker::CloseReader() {
  const std::scoped_lock lock(reader_mutex_);
  reader_.reset();
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
  if (committed.value_or(base::Offset(0)) != committed_) {
    PAYLOG_TRY(CommitPlace());
  }
  has_state_ = true;
  counters_.Add({.take_overs = 1});
  return {};
}

// A group may forget its offsets (Kafka does, some days after the last member left). Where nothing
// is left to read no batch would ever tell it again, and all would not look processed.
base::Result<void> Worker::CommitPlace() {
  PAYLOG_TRY(writer_->Begin());
  transaction_open_ = true;
  PAYLOG_TRY(writer_->CommitOffset(metadata_, options_.input, committed_));
  PAYLOG_TRY(writer_->Commit());
  transaction_open_ = false;
  return {};
}

base::Result<void> Worker::RunTransaction(std::span<const log::StoredRecord> records) {
  PAYLOG_TRY(writer_->Begin());
  transaction_open_ = true;
  PAYLOG_TRY(processor_.Process(records, *writer_));
  // Not the reader's position, which may lie beyond gaps: the offset must name the last record
  // processed.
  const base::Offset next = records.empty() ? committed_ : records.back().offset.Next();
  observer_.OnCommitBegun(options_.input, records.size());
  PAYLOG_TRY(writer_->CommitOffset(metadata_, options_.input, next));
  if (const auto checkpoint = processor_.Checkpoint()) {
    PAYLOG_TRY(writer_->CommitOffset(metadata_, checkpoint->first, checkpoint->second));
  }
  PAYLOG_TRY(writer_->Commit());
  transaction_open_ = false;
  processor_.OnCommitted();
  observer_.OnCommitted(options_.input, next);
  committed_ = next;
  troubles_ = 0;
  refusals_ = 0;
  doubts_ = 0;
  return {};
}

base::Result<StepOutcome> Worker::Recover(const base::Error& error) {
  processor_.OnAborted();
  observer_.OnTrouble(options_.input, error);
  counters_.Add({.aborts = 1});
  ++troubles_;
  switch (log::RecoveryOf(error)) {
    case log::Recovery::kFatal:
      return error;
    case log::Recovery::kAbortAndRewind:
      PAYLOG_TRY(AbortAndRewind());
      break;
    case log::Recovery::kRecreate:
      writer_.reset();
      break;
  }
  transaction_open_ = false;
  // A new generation, or a new owner: the group decides whether this worker goes on.
  paused_ = error.code == ErrorCode::kFenced || error.code == ErrorCode::kIllegalGeneration;
  return paused_ ? StepOutcome::kPaused : StepOutcome::kRecovered;
}

base::Result<void> Worker::AbortAndRewind() {
  if (writer_ == nullptr) {
    return {};  // The take-over that comes seeks.
  }
  // Where there is nothing to abort, it was Begin that failed: such a writer is of no more use.
  base::Result<void> aborted = transaction_open_ ? writer_->Abort() : base::Result<void>();
  if (!aborted && aborted.error().fatal) {
    return aborted.error();
  }
  if (!transaction_open_ || !aborted) {
    writer_.reset();
    return {};
  }
  return reader_->Seek(committed_);
}

void Worker::Reassign(log::GroupMetadata metadata) {
  metadata_ = std::move(metadata);
  paused_ = false;
  stands_by_ = false;
  if (processor_.acts_outside()) {
    writer_.reset();
  }
  processor_.Resume();
}

void Worker::StandBy() {
  CHECK(!failure_);
  writer_.reset();
  CloseReader();
  transaction_open_ = false;
  has_state_ = false;
  paused_ = false;
  stands_by_ = true;
  troubles_ = refusals_ = doubts_ = 0;
  processor_.Resume();
}

base::Result<bool> Worker::Follow() {
  CHECK(stands_by_);
  auto followed = processor_.Follow();
  if (followed || followed.error().code == ErrorCode::kShutdown) {
    troubles_ = 0;
    return followed && *followed;
  }
  if (followed.error().fatal) {
    return followed.error().In(options_.input.ToString());
  }
  ++troubles_;
  observer_.OnFollowTrouble(options_.input, followed.error());
  return false;
}

void Worker::Confirm() {
  paused_ = false;
}

base::Result<void> Worker::Close() {
  CHECK(!transaction_open_ || failure_.has_value());
  if (!has_state_ && !stands_by_) {
    return {};
  }
  return processor_.Close();
}

void Worker::Wakeup() {
  const std::scoped_lock lock(reader_mutex_);
  if (reader_ != nullptr) {
    reader_->Wakeup();
  }
}

void Worker::Interrupt() {
  processor_.Interrupt();
  Wakeup();
}

}  // namespace paylog::runtime
