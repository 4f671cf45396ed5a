#include "paylog/audit/ledger_audit.h"

#include <filesystem>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "paylog/audit/scan.h"
#include "paylog/codec/event_codec.h"
#include "paylog/ledger/core/invariants.h"
#include "paylog/ledger/stage/inbox_decoder.h"
#include "paylog/ledger/stage/journal.h"
#include "paylog/ledger/stage/outputs.h"
#include "paylog/ledger/stage/snapshots.h"
#include "paylog/ledger/stage/transition.h"

namespace paylog::audit {
namespace {

// Ids kept in memory before they go to the scratch directory.
constexpr std::size_t kIdsInMemory = 500'000;

class LedgerAudit {
 public:
  LedgerAudit(log::Log& log, const LedgerAuditOptions& options, ActualOutputs& outputs,
              LedgerReport& report)
      : log_(log),
        options_(options),
        outputs_(outputs),
        report_(report),
        decided_(options.partition, options.counts.inbox),
        evolved_(options.partition, options.counts.inbox),
        writer_(options.partition, options.counts),
        ids_(options.scratch_directory + "/ids-" + std::to_string(options.partition.value()),
             /*inline_writes=*/true, [](const std::string&) {}) {}

  Verdict Run() {
    if (auto opened = ids_.Open(); !opened) {
      return opened.error();
    }
    auto journal = RecordStream::Open(log_, JournalPartition());
    if (!journal) {
      return journal.error();
    }
    Verdict verdict = ForEachRecord(
        log_, runtime::Partition(runtime::kInboxTopic, options_.partition),
        [&](const log::StoredRecord& record) { return CheckInput(record, *journal); });
    if (!verdict.ok()) {
      return verdict;
    }
    if (verdict = CheckJournalEnds(*journal); !verdict.ok()) {
      return verdict;
    }
    if (verdict = CheckCommittedOffset(); !verdict.ok()) {
      return verdict;
    }
    if (verdict = CheckState(); !verdict.ok()) {
      return verdict;
    }
    return CheckSnapshot();
  }

 private:
  [[nodiscard]] log::TopicPartition JournalPartition() const {
    return runtime::Partition(runtime::kJournalTopic, options_.partition);
  }

  [[nodiscard]] std::string At(base::Sequence sequence) const {
    return "ledger.journal, partition " + std::to_string(options_.partition.value()) +
           ", sequence " + std::to_string(sequence.value());
  }

  Verdict CheckInput(const log::StoredRecord& record, RecordStream& journal) {
    const auto input = ledger::DecodeInboxRecord(record);
    if (!input) {
      return input.error();
    }
    if (report_.pending > 0) {
      ++report_.pending;
      return {};
    }
    const auto peeked = NextJournal(journal);
    if (!peeked) {
      return peeked.error();
    }
    if (*peeked == nullptr) {
      report_.pending = 1;
      return {};
    }
    const auto known = ids_.ids().Find(ledger::IndexKeyOf(*input).view());
    if (!known) {
      return known.error();
    }
    const model::IndexEntry* const entry = known->has_value() ? &**known : nullptr;
    if (const auto forged = ledger::FindForgery(decided_, *input, entry)) {
      return Difference{.where = "ledger.inbox, partition " +
                                 std::to_string(options_.partition.value()) + ", offset " +
                                 std::to_string(record.offset.value()),
                        .what = *forged,
                        .expected = {},
                        .found = record.value};
    }
    ++report_.inputs;
    for (const ledger::AppliedEvent& event : ledger::ApplyInput(decided_, *input, entry)) {
      if (Verdict verdict = CheckEvent(event, record, journal); !verdict.ok()) {
        return verdict;
      }
    }
    Remember();
    return CheckBalances();
  }

  // The next record, which stays the next one until it is consumed.
  base::Result<const log::StoredRecord*> NextJournal(RecordStream& journal) {
    if (next_journal_ == nullptr) {
      PAYLOG_ASSIGN(next_journal_, journal.Next());
    }
    return next_journal_;
  }

  Verdict CheckEvent(const ledger::AppliedEvent& event, const log::StoredRecord& cause,
                     RecordStream& journal) {
    const base::Sequence sequence = event.record.header.position.sequence;
    const auto actual = NextJournal(journal);
    if (!actual) {
      return actual.error();
    }
    const log::Headers shared = ledger::OutputWriter::SharedHeaders(event.record.header, cause);
    const ledger::Output expected = writer_.Journal(event.record, event.value, shared);
    if (*actual == nullptr) {
      return Difference{.where = At(sequence),
                        .what = "the event is missing",
                        .expected = expected.record.value,
                        .found = {}};
    }
    if ((*actual)->value != expected.record.value || (*actual)->key != expected.record.key) {
      return Difference{.where = At(sequence),
                        .what = "the journal differs from what the ledger decides",
                        .expected = expected.record.key.value_or("") + ' ' + expected.record.value,
                        .found = (*actual)->key.value_or("(no key)") + ' ' + (*actual)->value};
    }
    if (Verdict verdict = EvolveActual(event, **actual); !verdict.ok()) {
      return verdict;
    }
    next_journal_ = nullptr;
    ++report_.events;
    report_.invariants_checked += ledger::kInvariantChecksPerEvent;
    CountFlight(event.record);
    return TakeOutputs(event, shared);
  }

  // The second way to the state: from the bytes in the journal, by Evolve alone.
  // REQUIRES: they are those of `decided`, so that its hash is theirs.
  Verdict EvolveActual(const ledger::AppliedEvent& decided, const log::StoredRecord& stored) {
    const auto record = codec::DecodeJournalRecord(stored.value);
    if (!record) {
      return record.error().In(At(decided.record.header.position.sequence));
    }
    if (HasBalanceBehind(record->header.position.sequence)) {
      touched_.insert(record->event.command.account);
      for (const model::Entry& entry : model::EntriesOf(record->event.body)) {
        touched_.insert(entry.account);
      }
    }
    (void)ledger::Evolve(evolved_, *record, decided.hash);
    return {};
  }

  // REQUIRES: what was asked about before is not greater.
  bool HasBalanceBehind(base::Sequence sequence) {
    const auto& published = outputs_.BalanceSequences(options_.partition);
    while (next_balance_ < published.size() && published[next_balance_] < sequence) {
      ++next_balance_;
    }
    return next_balance_ < published.size() && published[next_balance_] == sequence;
  }

  void CountFlight(const model::JournalRecord& record) {
    const model::EventBody& body = record.event.body;
    if (std::holds_alternative<model::TransferSent>(body)) {
      report_.sent.emplace_back(record.header.position.sequence,
                                model::EntriesOf(body).back().amount);
    } else if (const auto* const credited = std::get_if<model::TransferCredited>(&body)) {
      report_.settled.emplace_back(credited->sent, credited->entries.back().amount);
    } else if (const auto* const returned = std::get_if<model::TransferReturned>(&body)) {
      report_.settled.emplace_back(returned->sent, returned->entries.back().amount);
    }
  }

  Verdict TakeOutputs(const ledger::AppliedEvent& event, const log::Headers& shared) {
    const Cause why = [&] { return At(event.record.header.position.sequence); };
    if (event.effects.index_write) {
      ids_.ids().Stage(event.effects.index_write->key.view(), event.effects.index_write->entry);
    }
    if (event.effects.result) {
      const ledger::Output result = writer_.Result(event, shared);
      if (Verdict verdict = outputs_.Take(result.to, result.record, why); !verdict.ok()) {
        return verdict;
      }
    }
    if (event.effects.message) {
      const ledger::Output message = writer_.Message(event, shared);
      return outputs_.Take(message.to, message.record, why);
    }
    return {};
  }

  void Remember() {
    ids_.ids().MergeStaged();
    if (ids_.ids().unsaved() >= kIdsInMemory) {
      ids_.Begin(decided_, base::Sequence(0));
      (void)ids_.Finish(/*wait=*/true);
    }
  }

  Verdict CheckBalances() {
    for (const model::AccountId& id : std::exchange(touched_, {})) {
      const model::Account* const account = decided_.Find(id);
      if (account == nullptr ||
          !outputs_.HasBalance(options_.partition, id, account->last_sequence)) {
        continue;  // Balances are written now and then.
      }
      const ledger::Output expected = writer_.Balance(*account, base::TimestampMs(0));
      Verdict verdict = outputs_.CheckBalance(expected.to, expected.record, account->last_sequence);
      if (!verdict.ok()) {
        return verdict;
      }
    }
    return {};
  }

  Verdict CheckJournalEnds(RecordStream& journal) {
    const auto beyond = NextJournal(journal);
    if (!beyond) {
      return beyond.error();
    }
    if (*beyond != nullptr) {
      return Difference{.where = At(decided_.progress().last_sequence.Next()),
                        .what = "the event follows from no inbox record",
                        .expected = {},
                        .found = (*beyond)->value};
    }
    return {};
  }

  // An offset that is behind, or lost, is made good by the journal; one beyond it is not.
  Verdict CheckCommittedOffset() {
    const auto committed =
        log_.CommittedOffset(std::string(runtime::kLedgerGroup),
                             runtime::Partition(runtime::kInboxTopic, options_.partition));
    if (!committed) {
      return committed.error();
    }
    const base::Offset last = decided_.progress().last_inbox_offset;
    if (committed->has_value() && **committed > last.Next()) {
      return Difference{
          .where = At(decided_.progress().last_sequence),
          .what = "the journal ends before the committed offset of ledger.inbox",
          .expected = "events up to inbox offset " + std::to_string((*committed)->value() - 1),
          .found = "events up to inbox offset " + std::to_string(last.value())};
    }
    return {};
  }

  Verdict CheckState() {
    report_.state_hash = ledger::StateHash(decided_);
    report_.accounts = static_cast<std::int64_t>(decided_.SortedAccounts().size());
    report_.ids = decided_.progress().id_count;
    report_.transit = ledger::TransitByCurrency(decided_);
    ++report_.invariants_checked;
    if (const auto imbalance = ledger::FindPartitionImbalance(decided_)) {
      return Difference{.where = At(decided_.progress().last_sequence),
                        .what = *imbalance,
                        .expected = {},
                        .found = {}};
    }
    ++report_.invariants_checked;
    if (ledger::StateHash(evolved_) != report_.state_hash) {
      return Difference{.where = At(decided_.progress().last_sequence),
                        .what = "the state rebuilt by Evolve alone differs",
                        .expected = report_.state_hash.ToHex(),
                        .found = ledger::StateHash(evolved_).ToHex()};
    }
    return {};
  }

  // Invariant 6 from the snapshot that is there, on a copy. One that cannot be used is no
  // difference: the next start discards it.
  Verdict CheckSnapshot() {
    std::error_code error;
    if (!std::filesystem::exists(options_.snapshot_path, error)) {
      return {};
    }
    const std::string copy = options_.scratch_directory + "/snapshot-" +
                             std::to_string(options_.partition.value()) + ".sqlite";
    for (const std::string suffix : {"", "-wal"}) {
      if (std::filesystem::exists(options_.snapshot_path + suffix, error)) {
        std::filesystem::copy_file(options_.snapshot_path + suffix, copy + suffix, error);
      }
    }
    ledger::Snapshots snapshots(copy, /*inline_writes=*/true,
                                [this](const std::string& why) { report_.snapshot_note = why; });
    if (auto opened = snapshots.Open(); !opened) {
      report_.snapshot_note = opened.error().ToString();
      return {};
    }
    ledger::State state(options_.partition, options_.counts.inbox);
    const auto loaded = snapshots.Load(state);
    if (!loaded || !loaded->has_value()) {
      report_.snapshot_note = loaded ? "it is empty" : loaded.error().ToString();
      return {};
    }
    return CompareFrom(std::move(state));
  }

  Verdict CompareFrom(ledger::State state) {
    const auto reader = log_.NewReader(JournalPartition(), log::Isolation::kReadCommitted);
    if (!reader) {
      return reader.error();
    }
    const auto end = (*reader)->EndOffset();
    if (!end) {
      return end.error();
    }
    const auto event = ledger::FindSequence(**reader, state.progress().last_sequence, *end);
    if (!event) {
      return event.error();
    }
    if (!event->has_value()) {
      return base::Error{.code = base::ErrorCode::kLostRecords,
                         .context = "the snapshot goes beyond the journal's end"};
    }
    if ((*event)->hash != state.progress().last_hash) {
      report_.snapshot_note = "the journal has another event at its position";
      return {};
    }
    const auto replayed =
        ledger::Replay(**reader, *end, state,
                       [](const model::JournalRecord&,
                          const ledger::Effects&) -> base::Result<void> { return {}; });
    if (!replayed) {
      return replayed.error();
    }
    report_.snapshot_checked = true;
    ++report_.invariants_checked;
    if (ledger::StateHash(state) != report_.state_hash) {
      return Difference{.where = At(decided_.progress().last_sequence),
                        .what = "the state rebuilt from the snapshot differs",
                        .expected = report_.state_hash.ToHex(),
                        .found = ledger::StateHash(state).ToHex()};
    }
    return {};
  }

  log::Log& log_;
  const LedgerAuditOptions& options_;
  ActualOutputs& outputs_;
  LedgerReport& report_;
  ledger::State decided_;
  ledger::State evolved_;
  const ledger::OutputWriter writer_;
  ledger::Snapshots ids_;
  const log::StoredRecord* next_journal_ = nullptr;
  std::set<model::AccountId> touched_;
  std::size_t next_balance_ = 0;  // Among outputs_.BalanceSequences.
};

}  // namespace

Verdict AuditLedger(log::Log& log, const LedgerAuditOptions& options, ActualOutputs& outputs,
                    LedgerReport& report) {
  return LedgerAudit(log, options, outputs, report).Run();
}

}  // namespace paylog::audit
