#pragma once

#include <vector>

#include "paylog/simulation/cluster.h"
#include "paylog/simulation/history.h"

namespace paylog::simulation {

// The end of a run with notifiers: all else is quiet, and time passes until every webhook is
// delivered or given up, within a bounded number of rounds. On the way, whenever nobody has
// anything to do but wait:
// - "webhook-held-up": nothing that is due waits, but where its own endpoint fails or is busy;
// - "webhook-state": what each notifier has in memory is what notifier.deliveries says, read from
//   the beginning and from the checkpoint (the first times).
// "not-quiet" where it does not come to an end. REQUIRES: the cluster is healed, and IsQuiet()
std::vector<Violation> RunUntilDelivered(Cluster& cluster);

}  // namespace paylog::simulation
