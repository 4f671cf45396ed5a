#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "paylog/log/log.h"
#include "paylog/runtime/counters.h"
#include "paylog/runtime/observer.h"
#include "paylog/runtime/processor.h"

namespace paylog::runtime {

// Records of one transaction. More make a transaction cheaper and its results later.
inline constexpr std::size_t kBatchRecordsMax = 5'000;

struct WorkerOptions {
  log::TopicPartition input;
  std::string transactional_id;  // "ledger-3": one owner at a time.
  std::size_t batch_records_max = kBatchRecordsMax;
  std::size_t batch_bytes_max = std::size_t{4} * 1024 * 1024;
  StageObserver* observer = nullptr;  // Must outlive the worker.
};

enum class StepOutcome {
  kIdle,       // Nothing to read within the wait.
  kCommitted,  // One batch was committed.
  kRecovered,  // Something went wrong and was put right; nothing was committed.
  kPaused,     // Fenced, or of an old generation: waits for Confirm or a new assignment.
};

// The transactional loop over one partition: poll, process, append with the input offset, commit.
// Every stage runs it; only the processor differs. It never ends by itself: a caller steps it, a
// thread in production, a scheduler in simulation. Used by one thread at a time; only Wakeup
// and Interrupt may come from any. `log`, `processor` and `counters` must outlive it.
class Worker {
 public:
  // Touches the log at the first Step only.
  Worker(log::Log& log, PartitionProcessor& processor, Counters& counters, WorkerOptions options,
         log::GroupMetadata metadata);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Takes over if need be, then processes at most one batch; waits up to `wait` for records.
  // An error is final: the partition cannot be served by this process, and every later Step returns
  // it again. What time may cure is not final, however often it comes; what concerns one record or
  // the processor is after some attempts.
  base::Result<StepOutcome> Step(std::chrono::milliseconds wait);

  // How long to wait before the next Step: 0, or longer with each trouble in a row.
  // Never waited for inside, so that a scheduler can drive it.
  [[nodiscard]] std::chrono::milliseconds backoff() const;

  // Has it taken over, and is it not in trouble? Between steps.
  [[nodiscard]] bool is_serving() const { return writer_ != nullptr && has_state_ && !paused_; }

  // A new assignment of the same partition. What was committed meanwhile by another owner shows at
  // the next commit, which is then fenced.
  void Reassign(log::GroupMetadata metadata);
  // The partition is not ours any more, or not yet: Follow takes the place of Step until Reassign,
  // and whatever it led to is compared with the log in the take-over that comes then.
  void StandBy();
  // False where there was nothing to read. Only what ends the whole process is an error.
  base::Result<bool> Follow();
  // The group says that the partition is still ours: a paused worker may take over again.
  void Confirm();
  // The clean end: no transaction is open between steps, so only the processor has work left.
  base::Result<void> Close();

  // Ends the waiting for records.
  void Wakeup();
  // The same, and ends a take-over that is under way, until Reassign: whoever waits for this worker
  // need not wait for a long replay. From any thread.
  void Interrupt();

  // Would a Step commit something even if no record came? Between steps.
  [[nodiscard]] bool has_output() const { return is_serving() && processor_.HasOutput(); }

  // Every later Step returns its error: see Step.
  [[nodiscard]] bool has_failed() const { return failure_.has_value(); }

 private:
  base::Result<StepOutcome> TryStep(std::chrono::milliseconds wait);
  // The log seems too short: asks to look again, for a number of times.
  bool IsDoubtful(const base::Error& error);
  void ForgetTroublesAtTheEnd(base::Offset position);
  base::Result<void> EnsureRunning();
  base::Result<void> TakeOver();
  base::Result<void> CommitPlace();
  base::Result<void> OpenReader();
  void CloseReader();
  base::Result<void> RecreateWriter();
  base::Result<bool> ContinueAsBefore();
  base::Result<StepOutcome> Commit(std::span<const log::StoredRecord> records);
  base::Result<void> RunTransaction(std::span<const log::StoredRecord> records);
  base::Result<StepOutcome> Recover(const base::Error& error);
  base::Result<void> AbortAndRewind();

  log::Log& log_;
  PartitionProcessor& processor_;
  Counters& counters_;
  const WorkerOptions options_;
  StageObserver ignoring_;
  StageObserver& observer_;
  log::GroupMetadata metadata_;

  std::mutex reader_mutex_;  // Of the pointer: Wakeup may come while it is set.
  std::unique_ptr<log::Reader> reader_;
  std::unique_ptr<log::TransactionalWriter> writer_;  // nullptr: to be made anew.
  bool transaction_open_ = false;
  bool has_state_ = false;
  bool paused_ = false;
  bool stands_by_ = false;
  base::Offset committed_{0};  // What this worker committed last, or resumed from.
  int troubles_ = 0;           // Since all was well: a commit, or nothing left to read.
  int refusals_ = 0;           // Of these, those that time does not cure.
  int doubts_ = 0;             // How often the log seemed too short since the last commit.
  std::optional<base::Error> failure_;
};

}  // namespace paylog::runtime
