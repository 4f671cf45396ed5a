#pragma once

#include <memory>
#include <vector>

#include "paylog/log_sim/sim_clock.h"
#include "paylog/notifier/stage/notifier_partition.h"
#include "paylog/simulation/scenario.h"
#include "paylog/simulation/simulated_sender.h"

// What a simulated notifier process makes at its start.
namespace paylog::simulation {

// As the endpoint file would give them. REQUIRES: accounts and statuses are such.
std::shared_ptr<notifier::EndpointGates> MakeGates(const std::vector<WebhookEndpoint>& endpoints);

// Without a sender. `clock` must outlive it.
notifier::NotifierSetup MakeNotifierSetup(const runtime::PartitionCounts& counts,
                                          std::shared_ptr<notifier::EndpointGates> gates,
                                          const log_sim::SimClock& clock);

}  // namespace paylog::simulation
