#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>

#include "paylog/base/result.h"
#include "paylog/ledger/core/evolve.h"
#include "paylog/log/reader.h"

// Reading a partition of ledger.journal.
namespace paylog::ledger {

// A journal record with what is needed to apply it.
struct ReadEvent {
  model::JournalRecord record;
  base::Hash256 hash;  // SHA-256 of the value's bytes.
};

// kCorrupt, with partition and offset, where the record cannot be read.
base::Result<ReadEvent> DecodeEvent(const log::StoredRecord& record);

// Leaves the reader behind the event with this sequence number and returns the event; nullopt where
// the journal, which reaches to `end`, ends before it. Offsets may have gaps and sequence numbers
// have none, so the event lies at its sequence number less one, or beyond.
base::Result<std::optional<ReadEvent>> FindSequence(log::Reader& journal, base::Sequence sequence,
                                                    base::Offset end);

// What Replay gives of each event.
using ReplayVisitor = std::function<base::Result<void>(const model::JournalRecord&, Effects)>;

// Applies events that were read one after another. After each `visit` gets the record and its
// effects. kCorrupt where an event does not follow on the state.
base::Result<void> ReplayRecords(std::span<const log::StoredRecord> records, State& state,
                                 const ReplayVisitor& visit);

// Applies every event from the reader's position up to `end` (an EndOffset of a read-uncommitted
// reader: what an open transaction left there is complete by now, or gone), as ReplayRecords does.
// kShutdown once interrupted (see runtime::PollTowards).
base::Result<void> Replay(log::Reader& journal, base::Offset end, State& state,
                          const ReplayVisitor& visit,
                          const std::atomic<bool>* interrupted = nullptr);

}  // namespace paylog::ledger
