#pragma once

#include <memory>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/group.h"
#include "paylog/log/record.h"

namespace paylog::log {

// What to do after an error of a TransactionalWriter: each maps to exactly one of these. Calls that
// merely have to be repeated are repeated inside the adapter.
enum class Recovery {
  kAbortAndRewind,  // Abort, drop the staged state, read again from the committed offset.
  kRecreate,        // Destroy the writer, make a new one and take over: the outcome may be unknown.
  kFatal,           // End the process; a restart recovers.
};
inline Recovery RecoveryOf(const base::Error& error) {
  if (error.fatal) {
    return Recovery::kFatal;
  }
  switch (error.code) {
    case base::ErrorCode::kAbortRequired:
    case base::ErrorCode::kIllegalGeneration:
    case base::ErrorCode::kMessageTooLarge:
      return Recovery::kAbortAndRewind;
    default:
      return Recovery::kRecreate;
  }
}

// Writes records to any number of topics, together with input offsets, all or nothing, under a
// transactional id that has one owner at a time. Used by one thread at a time. Nothing it writes is
// visible to kReadCommitted readers before Commit has returned success.
//
// Life: Init, then any number of (Begin, Append..., CommitOffset..., Commit | Abort).
class TransactionalWriter {
 public:
  virtual ~TransactionalWriter() = default;

  // The take-over: raises the epoch of the id, so that every earlier owner is fenced (its commits
  // fail with kFenced and leave nothing behind), and completes or aborts what it left open.
  // Afterwards the caller must compare the log with its own state before it goes on.
  virtual base::Result<void> Init() = 0;

  // kTainted: a request of an earlier transaction met a time-out or a broken connection, so that a
  // late copy of it could still decide this one (KAFKA-17754). The writer must be made anew first.
  // REQUIRES: Init succeeded and no transaction is open.
  virtual base::Result<void> Begin() = 0;

  // Stages a record. An error (kMessageTooLarge, kNotFound for an unknown topic or partition) means
  // that the transaction must be aborted; a Commit in spite of it fails with kAbortRequired.
  // REQUIRES: a transaction is open.
  virtual base::Result<void> Append(const TopicPartition& to, Record record) = 0;

  // Stages "the group has processed `from` up to, not including, `next`". The last call for a
  // partition counts. Checked at the commit: kIllegalGeneration where the metadata's generation is
  // over. REQUIRES: a transaction is open.
  virtual base::Result<void> CommitOffset(const GroupMetadata& group, const TopicPartition& from,
                                          base::Offset next) = 0;

  // Success: everything staged is in the log, durable, and will be visible. kUnknownOutcome: it may
  // or may not be; never abort, recreate. Any other error: nothing of it is or will be visible.
  // After an error only Abort (where RecoveryOf says so) and destruction are allowed.
  virtual base::Result<void> Commit() = 0;

  // Drops what was staged. REQUIRES: a transaction is open, and its Commit is not of unknown
  // outcome.
  virtual base::Result<void> Abort() = 0;
};

// Writes records one after another, each durable when Flush returns; for producers outside the
// stages, such as `paylog submit`. Used by one thread at a time.
class Producer {
 public:
  virtual ~Producer() = default;
  // Takes the record over; may block while too much is in flight. kMessageTooLarge and kNotFound
  // concern this record only.
  virtual base::Result<void> Send(const TopicPartition& to, Record record) = 0;
  // Waits until all that was sent is acknowledged. An error means that some of it may not be in the
  // log; the command ids make sending it again safe.
  virtual base::Result<void> Flush() = 0;
};

}  // namespace paylog::log
