#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "paylog/base/hash.h"
#include "paylog/simulation/cluster.h"
#include "paylog/simulation/history.h"
#include "paylog/simulation/simulation.h"

// What is looked at once a cluster is quiet.
namespace paylog::simulation {

// REQUIRES: the cluster is quiet.
History TakeHistory(Cluster& cluster);
// Events by type, results by code, and their numbers.
void CountWhatHappened(const History& history, Trace& trace, Report& report);

// The hash of each ledger partition's live state.
using LiveStates = std::map<base::PartitionId, base::Hash256>;
LiveStates TakeLiveStates(const Cluster& cluster);

// Invariant 6: from the beginning, and from every snapshot that is there, a partition becomes what
// it was. REQUIRES: the cluster is closed, here and below.
std::vector<Violation> CheckRebuilding(Cluster& cluster, const LiveStates& live);
// The auditor finds nothing.
std::vector<Violation> CheckAudit(Cluster& cluster);
// A journal that has lost its last records is refused. Cuts one.
std::vector<Violation> CheckLostTail(Cluster& cluster, std::uint64_t seed, Trace& trace);

}  // namespace paylog::simulation
