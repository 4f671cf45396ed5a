#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "paylog/base/result.h"
#include "paylog/log/reader.h"
#include "paylog/log/writer.h"

namespace paylog::runtime {

// What a stage does with one partition of its input: the seam between the loop, which knows about
// transactions, and the stage, which knows about payments. Used by one thread at a time.
//
// Order of calls: TakeOver; then any number of (Process, then OnCommitted or OnAborted) with
// Maintain in between; after trouble StillCurrent or TakeOver again; Close at a clean stop.
//
// Most processors only answer their input. One that also acts outside the log, as the notifier does
// with HTTP, overrides what stands under "outside the log"; what it learns there reaches the log
// through Process like everything else.
class PartitionProcessor {
 public:
  virtual ~PartitionProcessor() = default;

  // Drops all state and rebuilds it from the log. The writer has been initialised, so nobody else
  // can change what is read here. `committed` is the group's stable offset. Returns where to go on.
  // An error that time does not cure stops the partition: the log has lost records or is damaged.
  virtual base::Result<base::Offset> TakeOver(std::optional<base::Offset> committed) = 0;

  // After the writer was made anew: does the log still end where this processor's last commit left
  // it? If not, somebody else wrote, or a commit of unknown outcome took; TakeOver follows.
  virtual base::Result<bool> StillCurrent() = 0;

  // Processes the records into the open transaction; what changes is staged. An error whose
  // RecoveryOf is not fatal leads to OnAborted and another try.
  virtual base::Result<void> Process(std::span<const log::StoredRecord> records,
                                     log::TransactionalWriter& writer) = 0;
  // The transaction is known to have succeeded: staged state becomes state.
  virtual void OnCommitted() = 0;
  // It did not, or nobody knows: staged state is dropped.
  virtual void OnAborted() = 0;

  // Between transactions, and after each wait for records: snapshots and the like.
  virtual base::Result<void> Maintain() = 0;
  // The last call of a clean stop.
  virtual base::Result<void> Close() = 0;

  // A standby: reads on in what owners of the partition commit, without being one. Nothing is
  // written to the log. Before the first TakeOver, or instead of it once others have the partition;
  // the next TakeOver may go on from here, after it has compared with the log as any other does.
  // False: there is nothing to read now. After an error it is tried again.
  virtual base::Result<bool> Follow() { return false; }

  // Outside the log.

  // What was done there needs no commit, so that a fence comes too late for it: each assignment
  // begins with a TakeOver, and no input is seen before it is durable.
  [[nodiscard]] virtual bool acts_outside() const { return false; }
  // Is there something to write though no input came? Then Process is called with no records.
  [[nodiscard]] virtual bool HasOutput() const { return false; }
  // For how long Maintain need not be called, unless `wakeup` is.
  [[nodiscard]] virtual std::chrono::milliseconds IdleFor() const {
    return std::chrono::milliseconds::max();
  }
  // A second place of the group, committed with each transaction, where TakeOver begins to read:
  // everything before it was done with before this transaction.
  [[nodiscard]] virtual std::optional<std::pair<log::TopicPartition, base::Offset>> Checkpoint()
      const {
    return std::nullopt;
  }
  // `wakeup` may be called from any thread and ends the wait for records. Empty: not any more.
  virtual void SetWakeup(const std::function<void()>& /*wakeup*/) {}

  // A TakeOver that is under way or comes ends soon, with kShutdown, until Resume. From any thread.
  void Interrupt() { interrupted_ = true; }
  void Resume() { interrupted_ = false; }

 protected:
  // For PollTowards.
  [[nodiscard]] const std::atomic<bool>& interrupted() const { return interrupted_; }

 private:
  std::atomic<bool> interrupted_{false};
};

}  // namespace paylog::runtime
