#pragma once

#include <optional>
#include <string>
#include <vector>

#include "paylog/ledger/core/state.h"
#include "paylog/model/event.h"
#include "paylog/model/inbox.h"
#include "paylog/model/index_entry.h"

namespace paylog::ledger {

// What becomes of one inbox record: one event, or two where a return opens a closed debtor again.
// Pure: no I/O, clock or randomness; an auditor who runs it over the inbox gets the journal bit for
// bit. `known` is what the index remembers of the record's (account, command id), nullptr for a new
// one. Rules of version model::kRulesVersion. CHECKs only what the log's own guarantees exclude.
std::vector<model::Event> Decide(const State& state, const model::InboxRecord& input,
                                 const model::IndexEntry* known);

// Why no partition can have sent this message, or nullopt: it asks about an id that is not known
// here, or returns money to nobody. Such a record is not decided: the partition stops.
std::optional<std::string> FindForgery(const State& state, const model::InboxRecord& input,
                                       const model::IndexEntry* known);

// What to look up for Decide: the key of the command behind an inbox record.
model::IndexKeyText IndexKeyOf(const model::InboxRecord& input);

// The header of the i-th of n events that Decide made from `input`, with `state` as it is after the
// events before it.
model::EventHeader MakeHeader(const State& state, const model::InboxRecord& input,
                              std::int32_t index, std::int32_t count);

}  // namespace paylog::ledger
