#pragma once

#include <string>
#include <vector>

#include "paylog/ledger/core/decide.h"
#include "paylog/ledger/core/evolve.h"

namespace paylog::ledger {

// An event that has been applied, with the bytes of its journal record and what follows from it.
struct AppliedEvent {
  model::JournalRecord record;
  std::string value;
  base::Hash256 hash;  // SHA-256 of the value.
  Effects effects;
};

// One inbox record through the state machine: Decide, then number, chain and Evolve each event. The
// live ledger and the auditor both go through here, so that what one writes the other gets bit for
// bit. `known` is the index entry of the command, nullptr for a new one. CHECKs invariants 1 and 3.
std::vector<AppliedEvent> ApplyInput(State& state, const model::InboxRecord& input,
                                     const model::IndexEntry* known);

// How many invariant checks ApplyInput makes for each event (1, 3, 5 and 7).
inline constexpr std::int64_t kInvariantChecksPerEvent = 4;

}  // namespace paylog::ledger
