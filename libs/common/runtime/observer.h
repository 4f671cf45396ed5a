#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "paylog/base/error.h"
#include "paylog/log/record.h"
#include "paylog/model/result_code.h"

namespace paylog::runtime {

// What a stage tells whoever watches it, for metrics and diagnostics. An observer decides nothing;
// this one ignores everything. The loop measures no time: an observer that wants durations has a
// clock of its own and takes the time between two calls.
//
// Called by the threads that work, so it must be quick and must not wait. Calls about one partition
// come one at a time, those about different ones may come at once. `input` is the partition read.
class StageObserver {
 public:
  virtual ~StageObserver() = default;

  // The group. All partitions that this process has from now on; then: none any more.
  virtual void OnAssigned(const std::vector<log::TopicPartition>& /*inputs*/) {}
  virtual void OnRevoked(bool /*lost*/) {}
  virtual void OnGroupTrouble(const base::Error& /*error*/) {}

  // Fencing whoever owned the partition before, and comparing with the log. `next` is where it goes
  // on; `kept`: what was in memory is still right.
  virtual void OnTakeOverBegun(const log::TopicPartition& /*input*/) {}
  virtual void OnTakenOver(const log::TopicPartition& /*input*/, base::Offset /*next*/,
                           bool /*kept*/) {}
  // Within a take-over: the state was rebuilt from a snapshot, or from what was followed, up to a
  // sequence (0: from nothing), and so many journal events behind it.
  virtual void OnRebuilt(const log::TopicPartition& /*input*/, base::Sequence /*snapshot*/,
                         std::int64_t /*replayed*/) {}

  // Standbys: all partitions that this process follows from now on, with the next OnRevoked none.
  virtual void OnFollowing(const std::vector<log::TopicPartition>& /*inputs*/) {}
  // Of one of them: it has read so far; reading failed, and is tried again.
  virtual void OnFollowed(const log::TopicPartition& /*input*/, base::Sequence /*last*/) {}
  virtual void OnFollowTrouble(const log::TopicPartition& /*input*/, const base::Error& /*error*/) {
  }

  // A transaction. OnCaughtUp: nothing is left to read before `next`.
  virtual void OnCommitBegun(const log::TopicPartition& /*input*/, std::size_t /*records*/) {}
  virtual void OnCommitted(const log::TopicPartition& /*input*/, base::Offset /*next*/) {}
  virtual void OnCaughtUp(const log::TopicPartition& /*input*/, base::Offset /*next*/) {}
  // A transaction or a take-over failed, and is tried again.
  virtual void OnTrouble(const log::TopicPartition& /*input*/, const base::Error& /*error*/) {}
  // Reading failed, and is tried again.
  virtual void OnReadTrouble(const log::TopicPartition& /*input*/, const base::Error& /*error*/) {}

  // The partition cannot be served any more; the others go on.
  virtual void OnStopped(const log::TopicPartition& /*input*/, const base::Error& /*error*/) {}

  virtual void OnSnapshotSaved(const log::TopicPartition& /*input*/, base::Sequence /*last*/) {}
  // Of records that were committed.
  virtual void OnRefused(const log::TopicPartition& /*input*/, base::Offset /*command*/,
                         const std::string& /*command_id*/, model::ResultCode /*code*/) {}
  virtual void OnDeadLetter(const log::TopicPartition& /*input*/, base::Offset /*command*/,
                            model::ResultCode /*code*/) {}
};

}  // namespace paylog::runtime
