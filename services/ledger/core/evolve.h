#pragma once

#include <optional>
#include <string_view>

#include "paylog/ledger/core/state.h"
#include "paylog/model/event.h"
#include "paylog/model/inbox.h"
#include "paylog/model/index_entry.h"

namespace paylog::ledger {

// A remembered id, new or replaced: from now on look-ups of `key` find `entry`.
struct IndexWrite {
  model::IndexKeyText key;
  model::IndexEntry entry;
  friend bool operator==(const IndexWrite&, const IndexWrite&) = default;
};

// What follows from an event besides the new state. All of it is a function of the journal alone:
// a replay uses the index writes, the live ledger publishes the rest with the event.
struct Effects {
  std::optional<IndexWrite> index_write;
  std::optional<model::CommandResult> result;
  std::optional<model::LedgerMessage> message;
};

// Applies one event. Cannot refuse: it CHECKs that the record follows on the state (invariants.h
// says beforehand, politely, for records read from a log). `record_hash` is the SHA-256 of the
// record's bytes. Pure.
Effects Evolve(State& state, const model::JournalRecord& record, const base::Hash256& record_hash);

// What an entry adds to Progress::ids_digest in all. REQUIRES: `key` is a model::IndexKey's.
base::Hash256 IndexDigest(std::string_view key, const model::IndexEntry& entry);

}  // namespace paylog::ledger
