#pragma once

#include <atomic>
#include <optional>
#include <span>

#include "paylog/base/result.h"
#include "paylog/log/reader.h"
#include "paylog/log/writer.h"

namespace paylog::runtime {

// What a stage does with one partition of its input: the seam between the loop, which knows about
// transactions, and the stage, which knows about payments. Used by one thread at a time.
//
// Order of calls: TakeOver; then any number of (Process, then OnCommitted or OnAborted) with
// Maintain in between; after trouble StillCurrent or TakeOver again; Close at a clean stop.
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

  // Between transactions: snapshots and the like.
  virtual base::Result<void> Maintain() = 0;
  // The last call of a clean stop.
  virtual base::Result<void> Close() = 0;

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
