#pragma once

#include <map>
#include <optional>
#include <string>

#include "paylog/ledger/core/state.h"
#include "paylog/model/event.h"

// What must always hold (numbered as in ARCHITECTURE.md). Each function says in words what does
// not, or nullopt. Checked by the live ledger on every event, by recovery, and by the auditor.
namespace paylog::ledger {

// 1. Debits equal credits in the event, per currency.
std::optional<std::string> FindImbalance(const model::Event& event);

// 1. The accounts of the partition sum to zero, per currency. Cost: all accounts.
std::optional<std::string> FindPartitionImbalance(const State& state);

// 3. No customer that the event debited has an available balance below zero. `state` is after it.
std::optional<std::string> FindOverdraw(const State& state, const model::Event& event);

// 5, 7. The record follows on the state: next sequence number, unbroken chain, inbox offset and
// time not going back, i of n in order.
std::optional<std::string> FindContinuityFault(const State& state,
                                               const model::EventHeader& header);

// The event can be applied: it has the entries that its kind needs, and the accounts it names are
// there, or not yet there, as they must be. A journal that was forged with an unbroken chain may
// break this; Evolve would end the process.
std::optional<std::string> FindMisfit(const State& state, const model::Event& event);

// 2. What the transit accounts of the partition hold, by currency code. Over all partitions the sum
// equals the transfers and returns in flight.
std::map<std::string, base::Int128> TransitByCurrency(const State& state);

}  // namespace paylog::ledger
