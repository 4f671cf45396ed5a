#include "paylog/ledger/stage/ledger_partition.h"

#include <utility>

#include "paylog/base/check.h"
#include "paylog/ledger/stage/inbox_decoder.h"
#include "paylog/ledger/stage/journal.h"
#include "paylog/runtime/poll_towards.h"

namespace paylog::ledger {
namespace {

using base::Error;
using base::ErrorCode;

Error LostRecords(std::string context) {
  return {.code = ErrorCode::kLostRecords, .context = std::move(context)};
}

}  // namespace

LedgerPartition::LedgerPartition(log::Log& log, base::PartitionId partition, LedgerOptions options,
                                 runtime::Counters& counters)
    : log_(log),
      partition_(partition),
      options_(std::move(options)),
      observer_(options_.observer != nullptr ? *options_.observer : ignoring_),
      input_(runtime::Partition(runtime::kInboxTopic, partition)),
      counters_(counters),
      outputs_(partition, options_.counts),
      snapshots_(options_.snapshot_path, options_.inline_snapshots, options_.warn) {}

base::Result<base::Offset> LedgerPartition::TakeOver(std::optional<base::Offset> committed) {
  overlay_.reset();
  follower_.reset();
  PAYLOG_ASSIGN(const base::Offset end, JournalEnd());
  PAYLOG_ASSIGN(const auto journal, NewJournalReader());
  PAYLOG_TRY(BringNear(*journal, end));
  PAYLOG_TRY(ReplayJournal(*journal, end));

  const Progress& progress = state_->progress();
  if (progress.events_left != 0) {
    // They were committed together, so the rest was there: lost, or not told by a deposed leader.
    return LostRecords("the journal ends within the events of inbox offset " +
                       std::to_string(progress.last_inbox_offset.value()) +
                       ": the log has lost records");
  }
  const base::Offset resume = progress.last_inbox_offset.Next();
  if (committed.has_value() && *committed > resume) {
    return LostRecords("the group committed inbox offset " + std::to_string(committed->value()) +
                       ", but the journal ends with the events of " +
                       std::to_string(progress.last_inbox_offset.value()) +
                       ": the log has lost records");
  }
  followed_ = false;
  return resume;
}

base::Result<std::unique_ptr<log::Reader>> LedgerPartition::NewJournalReader() {
  return log_.NewReader(runtime::Partition(runtime::kJournalTopic, partition_),
                        log::Isolation::kReadCommitted);
}

// State at or before the journal's end: what was followed, the snapshot's, or none. The reader
// stands behind it.
base::Result<void> LedgerPartition::BringNear(log::Reader& journal, base::Offset end) {
  if (followed_) {
    PAYLOG_ASSIGN(followed_, IsWhatWasFollowed(journal, end));
  }
  return followed_ ? base::Result<void>() : Restore(journal, end);
}

// The verdicts of ADR 0007, for a standby's state. True: the reader stands behind its last event.
base::Result<bool> LedgerPartition::IsWhatWasFollowed(log::Reader& journal, base::Offset end) {
  const Progress& progress = state_->progress();
  if (progress.last_sequence == base::Sequence(0)) {
    PAYLOG_TRY(journal.Seek(base::Offset(0)));
    return true;
  }
  const std::string sequence = std::to_string(progress.last_sequence.value());
  PAYLOG_ASSIGN(const auto event, FindSequence(journal, progress.last_sequence, end));
  if (!event) {
    return LostRecords("a standby has followed the journal up to sequence " + sequence +
                       ", beyond its end: the log has lost records");
  }
  if (event->hash != progress.last_hash) {
    options_.warn("what was followed of partition " + std::to_string(partition_.value()) +
                  " is dropped and built anew: the journal has another event at sequence " +
                  sequence);
    return false;
  }
  return true;
}

base::Result<void> LedgerPartition::Restore(log::Reader& journal, base::Offset end) {
  has_whole_state_ = false;
  PAYLOG_TRY(snapshots_.Open());
  if (snapshot_suspect_) {
    PAYLOG_TRY(snapshots_.Discard("it was found damaged in use"));
    snapshot_suspect_ = false;
  }
  balances_.Reset(State(partition_, options_.counts.inbox), base::Sequence(0));
  PAYLOG_ASSIGN(const bool restored, RestoreSnapshot(journal, end));
  if (!restored) {
    state_ = std::make_unique<State>(partition_, options_.counts.inbox);
    PAYLOG_TRY(journal.Seek(base::Offset(0)));
  }
  events_since_snapshot_ = 0;
  has_whole_state_ = true;
  return {};
}

// The verdicts of ADR 0007. True: state is the snapshot's, and the reader stands behind its
// event.
base::Result<bool> LedgerPartition::RestoreSnapshot(log::Reader& journal, base::Offset end) {
  auto state = std::make_unique<State>(partition_, options_.counts.inbox);
  auto loaded = snapshots_.Load(*state);
  if (!loaded) {
    PAYLOG_TRY(snapshots_.Discard(loaded.error().ToString()));
    return false;
  }
  if (!loaded->has_value() || (*loaded)->progress.last_sequence == base::Sequence(0)) {
    return false;
  }
  const SnapshotMeta& meta = **loaded;
  PAYLOG_ASSIGN(const auto event, FindSequence(journal, meta.progress.last_sequence, end));
  if (!event) {
    return LostRecords("the snapshot " + options_.snapshot_path + " goes up to sequence " +
                       std::to_string(meta.progress.last_sequence.value()) +
                       ", beyond the journal's end: the log has lost records, or the snapshot is "
                       "another log's (then delete it)");
  }
  if (event->hash != meta.progress.last_hash) {
    PAYLOG_TRY(snapshots_.Discard("the journal has another event at its position"));
    return false;
  }
  state_ = std::move(state);
  balances_.Reset(*state_, meta.balances_published);
  balances_.MakeDue(meta.progress.last_sequence);
  return true;
}

base::Result<void> LedgerPartition::ReplayJournal(log::Reader& journal, base::Offset end) {
  const base::Sequence before = state_->progress().last_sequence;
  base::Result<void> replayed = Replay(
      journal, end, *state_,
      [this](const model::JournalRecord& record, Effects effects) {
        return OnReplayed(record, std::move(effects));
      },
      &interrupted());
  const std::int64_t count = state_->progress().last_sequence.value() - before.value();
  counters_.Add({.replayed = count});
  if (replayed) {
    observer_.OnRebuilt(input_, before, count);
  }
  return replayed;
}

base::Result<void> LedgerPartition::OnReplayed(const model::JournalRecord& record,
                                               Effects effects) {
  if (effects.index_write) {
    snapshots_.ids().Stage(effects.index_write->key.view(), effects.index_write->entry);
  }
  const auto mark_changed = [this](const model::AccountId& account) {
    // The account behind a command may live elsewhere, or not exist.
    if (const auto number = state_->NumberOf(account)) {
      MarkChanged(*number);
    }
  };
  mark_changed(record.event.command.account);
  for (const model::Entry& entry : EntriesOf(record.event.body)) {
    mark_changed(entry.account);
  }
  snapshots_.ids().MergeStaged();
  ++events_since_snapshot_;
  return Maintain();  // A long replay saves on the way, so that memory stays bounded.
}

base::Result<bool> LedgerPartition::Follow() {
  if (follower_ == nullptr) {
    PAYLOG_TRY(BeginToFollow());
  }
  auto read = FollowOn(*follower_);
  if (!read) {
    follower_.reset();  // And whatever it met is compared with the log again.
  }
  return read;
}

// Goes on from the state there is, an owner's of before, too: it was committed.
base::Result<void> LedgerPartition::BeginToFollow() {
  overlay_.reset();
  followed_ = has_whole_state_ && !snapshot_suspect_;
  PAYLOG_ASSIGN(auto journal, NewJournalReader());
  PAYLOG_ASSIGN(const base::Offset end, journal->EndOffset());
  PAYLOG_TRY(BringNear(*journal, end));
  followed_ = true;
  follower_ = std::move(journal);
  return {};
}

base::Result<bool> LedgerPartition::FollowOn(log::Reader& journal) {
  PAYLOG_ASSIGN(const auto polled, journal.Poll({.records_max = runtime::kPollRecordsMax}));
  PAYLOG_TRY(ReplayRecords(polled.records, *state_,
                           [this](const model::JournalRecord& record, Effects effects) {
                             return OnReplayed(record, std::move(effects));
                           }));
  PAYLOG_TRY(Maintain());
  PAYLOG_TRY(ExpectSoundSnapshot());
  if (!polled.records.empty()) {
    observer_.OnFollowed(input_, state_->progress().last_sequence);
  }
  return !polled.records.empty();
}

void LedgerPartition::MarkChanged(AccountNumber account) {
  snapshots_.MarkChanged(account);
  balances_.MarkChanged(account);
}

base::Result<bool> LedgerPartition::StillCurrent() {
  if (snapshot_suspect_) {
    return false;
  }
  PAYLOG_ASSIGN(const base::Offset end, JournalEnd());
  PAYLOG_ASSIGN(const auto journal, NewJournalReader());
  const Progress& progress = state_->progress();
  if (progress.last_sequence > base::Sequence(0)) {
    PAYLOG_ASSIGN(const auto last, FindSequence(*journal, progress.last_sequence, end));
    if (!last || last->hash != progress.last_hash) {
      return false;
    }
  } else {
    PAYLOG_TRY(journal->Seek(base::Offset(0)));
  }
  PAYLOG_ASSIGN(const auto beyond, runtime::PollTowards(*journal, end, /*records_max=*/1));
  return beyond.records.empty();
}

// A read-committed reader would stop where a predecessor's markers are not written yet.
base::Result<base::Offset> LedgerPartition::JournalEnd() {
  const auto partition = runtime::Partition(runtime::kJournalTopic, partition_);
  PAYLOG_ASSIGN(const auto reader, log_.NewReader(partition, log::Isolation::kReadUncommitted));
  return reader->EndOffset();
}

base::Result<void> LedgerPartition::Process(std::span<const log::StoredRecord> records,
                                            log::TransactionalWriter& writer) {
  CHECK(overlay_ == nullptr);
  PAYLOG_TRY(ExpectSoundSnapshot());
  overlay_ = std::make_unique<State>(state_.get());
  staged_tally_ = {};
  for (const log::StoredRecord& record : records) {
    PAYLOG_TRY(ProcessRecord(record, writer));
  }
  staged_tally_.inputs = static_cast<std::int64_t>(records.size());
  return PublishBalances(writer);
}

// The error leads to a take-over, which discards the snapshot and builds another: meanwhile ids and
// changes would wait in memory for a save that cannot succeed.
base::Result<void> LedgerPartition::ExpectSoundSnapshot() const {
  if (snapshot_suspect_) {
    return Error{.code = ErrorCode::kCorrupt,
                 .context = "snapshot " + options_.snapshot_path + " is damaged"};
  }
  return {};
}

base::Result<void> LedgerPartition::ProcessRecord(const log::StoredRecord& record,
                                                  log::TransactionalWriter& writer) {
  PAYLOG_ASSIGN(const model::InboxRecord input, DecodeInboxRecord(record));
  const auto known = snapshots_.ids().Find(IndexKeyOf(input).view());
  if (!known) {
    snapshot_suspect_ = true;
    return known.error();
  }
  const model::IndexEntry* const entry = known->has_value() ? &**known : nullptr;
  if (const auto forged = FindForgery(*overlay_, input, entry)) {
    return Error{.code = ErrorCode::kCorrupt,
                 .context = "offset " + std::to_string(record.offset.value()) + ": " + *forged,
                 .fatal = true};
  }
  for (AppliedEvent& event : ApplyInput(*overlay_, input, entry)) {
    PAYLOG_TRY(Publish(event, record, writer));
    if (const auto& write = event.effects.index_write) {
      snapshots_.ids().Stage(write->key.view(), write->entry);
    }
    ++staged_tally_.events;
    staged_tally_.invariants_checked += kInvariantChecksPerEvent;
  }
  return {};
}

base::Result<void> LedgerPartition::Publish(AppliedEvent& event, const log::StoredRecord& cause,
                                            log::TransactionalWriter& writer) {
  const log::Headers shared = OutputWriter::SharedHeaders(event.record.header, cause);
  Output journal = outputs_.Journal(event.record, std::move(event.value), shared);
  PAYLOG_TRY(writer.Append(journal.to, std::move(journal.record)));
  if (event.effects.result) {
    Output result = outputs_.Result(event, shared);
    PAYLOG_TRY(writer.Append(result.to, std::move(result.record)));
    staged_tally_.Count(*event.effects.result);
  }
  if (event.effects.message) {
    Output message = outputs_.Message(event, shared);
    PAYLOG_TRY(writer.Append(message.to, std::move(message.record)));
  }
  return {};
}

base::Result<void> LedgerPartition::PublishBalances(log::TransactionalWriter& writer) {
  for (const AccountNumber number : balances_.Stage()) {
    const model::Account* const account = overlay_->Find(state_->At(number).id);
    CHECK(account != nullptr);
    Output balance = outputs_.Balance(*account, overlay_->progress().time);
    PAYLOG_TRY(writer.Append(balance.to, std::move(balance.record)));
  }
  return {};
}

void LedgerPartition::OnCommitted() {
  CHECK(overlay_ != nullptr);
  state_->Merge(std::move(*overlay_), [this](AccountNumber account) { MarkChanged(account); });
  overlay_.reset();
  snapshots_.ids().MergeStaged();
  balances_.MergeStaged();
  events_since_snapshot_ += staged_tally_.events;
  counters_.Add(staged_tally_);
}

void LedgerPartition::OnAborted() {
  overlay_.reset();
  snapshots_.ids().DropStaged();
  balances_.DropStaged();
}

base::Result<void> LedgerPartition::Maintain() {
  FinishSnapshot(/*wait=*/false);
  if (events_since_snapshot_ >= options_.snapshot_events && !snapshots_.in_progress()) {
    BeginSnapshot();
  }
  return {};
}

// Not within the events of an inbox record, where a replay or a standby may stand; and not of a
// state whose changes are forgotten, as after a take-over that failed half-way.
void LedgerPartition::BeginSnapshot() {
  if (snapshots_.enabled() && has_whole_state_ && !snapshot_suspect_ &&
      state_->progress().events_left == 0) {
    snapshots_.Begin(*state_, balances_.published());
    saving_until_ = state_->progress().last_sequence;
    events_since_snapshot_ = 0;
  }
}

void LedgerPartition::FinishSnapshot(bool wait) {
  if (snapshots_.Finish(wait)) {
    balances_.MakeDue(state_->progress().last_sequence);
    counters_.Add({.snapshots = 1});
    observer_.OnSnapshotSaved(input_, saving_until_);
  }
  snapshot_suspect_ = snapshot_suspect_ || snapshots_.damaged();
}

base::Result<void> LedgerPartition::Close() {
  FinishSnapshot(/*wait=*/true);
  if (events_since_snapshot_ > 0) {
    BeginSnapshot();
    FinishSnapshot(/*wait=*/true);
  }
  return {};
}

}  // namespace paylog::ledger
