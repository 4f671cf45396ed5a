#include "paylog/ledger/stage/journal.h"

#include <algorithm>
#include <string>
#include <utility>

#include "paylog/codec/event_codec.h"
#include "paylog/ledger/core/invariants.h"
#include "paylog/runtime/poll_towards.h"

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
    fault = FindMisfit(state, record.event);
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

base::Result<std::optional<ReadEvent>> FindSequence(log::Reader& journal, base::Sequence sequence,
                                                    base::Offset end) {
  base::Offset guess(sequence.value() - 1);
  while (guess < end) {
    PAYLOG_TRY(journal.Seek(guess));
    PAYLOG_ASSIGN(const auto polled, runtime::PollTowards(journal, end, /*records_max=*/1));
    if (polled.records.empty()) {
      break;
    }
    const log::StoredRecord& found = polled.records.front();
    PAYLOG_ASSIGN(ReadEvent event, DecodeEvent(found));
    const std::int64_t ahead = sequence.value() - event.record.header.position.sequence.value();
    if (ahead == 0) {
      return std::optional(std::move(event));
    }
    if (ahead < 0) {
      return Error{.code = ErrorCode::kCorrupt,
                   .context = At(found) + ": sequence " + std::to_string(sequence.value()) +
                              " is not where it must be"};
    }
    guess = base::Offset(found.offset.value() + ahead);
  }
  return std::optional<ReadEvent>();
}

base::Result<void> ReplayRecords(std::span<const log::StoredRecord> records, State& state,
                                 const ReplayVisitor& visit) {
  for (const log::StoredRecord& stored : records) {
    PAYLOG_ASSIGN(const ReadEvent event, DecodeEvent(stored));
    PAYLOG_TRY(CheckFollows(state, stored, event.record));
    PAYLOG_TRY(visit(event.record, Evolve(state, event.record, event.hash)));
  }
  return {};
}

base::Result<void> Replay(log::Reader& journal, base::Offset end, State& state,
                          const ReplayVisitor& visit, const std::atomic<bool>* interrupted) {
  while (true) {
    PAYLOG_ASSIGN(const auto polled,
                  runtime::PollTowards(journal, end, runtime::kPollRecordsMax, interrupted));
    if (polled.records.empty()) {
      return {};
    }
    PAYLOG_TRY(ReplayRecords(polled.records, state, visit));
  }
}

}  // namespace paylog::ledger
