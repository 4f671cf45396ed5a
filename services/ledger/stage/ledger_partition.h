#pragma once

#include <memory>
#include <optional>
#include <string>

#include "paylog/ledger/core/evolve.h"
#include "paylog/ledger/core/state.h"
#include "paylog/ledger/stage/balance_feed.h"
#include "paylog/ledger/stage/outputs.h"
#include "paylog/ledger/stage/snapshots.h"
#include "paylog/log/log.h"
#include "paylog/runtime/counters.h"
#include "paylog/runtime/observer.h"
#include "paylog/runtime/processor.h"

namespace paylog::ledger {

// How many events may pass between two snapshots: what a recovery replays at most, roughly.
inline constexpr std::int64_t kSnapshotEvents = 100'000;

struct LedgerOptions {
  runtime::PartitionCounts counts;
  std::string snapshot_path;  // Empty: none are kept.
  std::int64_t snapshot_events = kSnapshotEvents;
  bool inline_snapshots = false;  // On the worker's thread; for simulation.
  WarningSink warn = [](const std::string&) {};
  runtime::StageObserver* observer = nullptr;  // Must outlive the partition.
};

// One partition of the ledger on a log: state in memory, a fold of the journal, with snapshots (ADR
// 0007). As a standby it follows the journal of another owner, and a take-over reads the rest. Used
// by one thread at a time; `log` and `counters` must outlive it.
class LedgerPartition final : public runtime::PartitionProcessor {
 public:
  LedgerPartition(log::Log& log, base::PartitionId partition, LedgerOptions options,
                  runtime::Counters& counters);

  base::Result<base::Offset> TakeOver(std::optional<base::Offset> committed) override;
  base::Result<bool> StillCurrent() override;
  base::Result<void> Process(std::span<const log::StoredRecord> records,
                             log::TransactionalWriter& writer) override;
  void OnCommitted() override;
  void OnAborted() override;
  base::Result<void> Maintain() override;
  base::Result<void> Close() override;
  base::Result<bool> Follow() override;

  // As of the last commit.
  [[nodiscard]] const State& state() const { return *state_; }

 private:
  base::Result<std::unique_ptr<log::Reader>> NewJournalReader();
  base::Result<base::Offset> JournalEnd();
  base::Result<void> BringNear(log::Reader& journal, base::Offset end);
  base::Result<bool> IsWhatWasFollowed(log::Reader& journal, base::Offset end);
  base::Result<void> Restore(log::Reader& journal, base::Offset end);
  base::Result<bool> RestoreSnapshot(log::Reader& journal, base::Offset end);
  base::Result<void> ReplayJournal(log::Reader& journal, base::Offset end);
  base::Result<void> OnReplayed(const model::JournalRecord& record, Effects effects);
  base::Result<void> BeginToFollow();
  base::Result<bool> FollowOn(log::Reader& journal);
  void MarkChanged(AccountNumber account);
  base::Result<void> ProcessRecord(const log::StoredRecord& record,
                                   log::TransactionalWriter& writer);
  // Takes the event's value.
  base::Result<void> Publish(AppliedEvent& event, const log::StoredRecord& cause,
                             log::TransactionalWriter& writer);
  [[nodiscard]] base::Result<void> ExpectSoundSnapshot() const;
  base::Result<void> PublishBalances(log::TransactionalWriter& writer);
  void BeginSnapshot();
  void FinishSnapshot(bool wait);

  log::Log& log_;
  const base::PartitionId partition_;
  const LedgerOptions options_;
  runtime::StageObserver ignoring_;
  runtime::StageObserver& observer_;
  const log::TopicPartition input_;
  runtime::Counters& counters_;
  const OutputWriter outputs_;

  std::unique_ptr<State> state_;
  std::unique_ptr<State> overlay_;  // While a transaction is open.
  bool has_whole_state_ = false;    // State, ids and changes are the same fold of the journal.
  bool followed_ = false;           // As a standby, up to where the state is.
  std::unique_ptr<log::Reader> follower_;  // While it follows; behind the state.
  Snapshots snapshots_;
  base::Sequence saving_until_{0};  // What the snapshot that was begun last goes up to.
  bool snapshot_suspect_ = false;   // Damage was met: discard at the next take-over.
  std::int64_t events_since_snapshot_ = 0;

  BalanceFeed balances_;

  runtime::Tally staged_tally_;
};

}  // namespace paylog::ledger
