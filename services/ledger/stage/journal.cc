#include "paylog/ledger/stage/journal.h"

#include <algorithm>
#include <string>
#include <utility>

#include "paylog/codec/event_codec.h"
#include "paylog/ledger/core/invariants.h"

namespace paylog::ledger {
namespace {

using base::Error;
using base::ErrorCode;

std::string At(const log::StoredRecord& record) {
  return "journal offset " + std::to_string(record.offset.value());
}

base::Result<void> CheckFollows(const State& state, const log::StoredRecord& stored,
                                const model::JournalRecord& record) {
  auto fault = FindContinuityFault(state, record.header);
  if (!fault) {
    fault = FindImbalance(record.event);
  }
  if (!fault) {
    return {};
  }
  return Error{.code = ErrorCode::kCorrupt,
               .context = At(stored) + ", sequence " +
                          std::to_string(record.header.position.sequence.value()) + ": " + *fault};
}

}  // namespace

base::Result<ReadEvent> DecodeEvent(const log::StoredRecord& record) {
  auto decoded = codec::DecodeJournalRecord(record.value);
  if (!decoded) {
    return decoded.error().In(At(record));
  }
  return ReadEvent{.record = std::move(*decoded), .hash = base::Sha256(record.value)};
}

base::Result<std::optional<ReadEvent>> FindSequence(log::Reader& journal, base::Sequence sequence) {
  base::Offset guess(sequence.value() - 1);
  while (true) {
    PAYLOG_ASSIGN(const base::Offset end, journal.EndOffset());
    if (guess >= end) {
      return std::optional<ReadEvent>();
    }
    PAYLOG_TRY(journal.Seek(guess));
    PAYLOG_ASSIGN(const auto polled, journal.Poll({.records_max = 1}));
    if (polled.records.empty()) {
      if (polled.next <= guess) {
        return std::optional<ReadEvent>();
      }
      guess = polled.next;  // A gap.
      continue;
    }
    PAYLOG_ASSIGN(ReadEvent event, DecodeEvent(polled.records.front()));
    const std::int64_t ahead = sequence.value() - event.record.header.position.sequence.value();
    if (ahead <= 0) {
      if (ahead < 0) {
        return Error{.code = ErrorCode::kCorrupt,
                     .context = At(polled.records.front()) + ": sequence " +
                                std::to_string(sequence.value()) + " is not where it must be"};
      }
      return std::optional(std::move(event));
    }
    guess = base::Offset(polled.records.front().offset.value() + ahead);
  }
}

base::Result<void> Replay(
    log::Reader& journal, base::Offset end, State& state,
    const std::function<base::Result<void>(const model::JournalRecord&, Effects)>& visit) {
  while (journal.position() < end) {
    PAYLOG_ASSIGN(const auto polled, journal.Poll({.wait = std::chrono::milliseconds(1000)}));
    for (const log::StoredRecord& stored : polled.records) {
      PAYLOG_ASSIGN(const ReadEvent event, DecodeEvent(stored));
      PAYLOG_TRY(CheckFollows(state, stored, event.record));
      PAYLOG_TRY(visit(event.record, Evolve(state, event.record, event.hash)));
    }
  }
  return {};
}

}  // namespace paylog::ledger
