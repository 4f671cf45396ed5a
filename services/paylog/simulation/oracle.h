#pragma once

#include <vector>

#include "paylog/simulation/history.h"

namespace paylog::simulation {

// Judges a run by what outsiders saw of it and by the documents alone (model.h): all that is wrong,
// up to a limit; nothing for a clean run. Its checks:
//   lost-acknowledged, invented-command, real-time   what was sent, against payments.commands
//   vanished           what was seen once is there for ever
//   validator          each command leaves one dead letter, or one refusal, or one inbox record
//   journal            numbers, offsets, time, hash chain and zero sums of the events
//   event, result, message   what the ledger did, against what the model does
//   unexpected         a result, message or event that nothing caused
//   in-flight          nothing is in transit at the end
//   live-balance, published-balance   balances, against the model's
std::vector<Violation> FindViolations(const History& history);

}  // namespace paylog::simulation
