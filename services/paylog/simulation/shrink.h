#pragma once

#include <chrono>
#include <functional>

#include "paylog/simulation/scenario.h"
#include "paylog/simulation/simulation.h"

namespace paylog::simulation {

using Runner = std::function<Report(const Scenario&)>;

// A scenario that lists its faults and still fails the first check that the report names, with as
// few faults, payments and endpoints of webhooks as could be found with at most `runs_max` runs,
// none of which begins later than `time`.
Scenario Shrink(const Scenario& scenario, const Report& failed, int runs_max,
                std::chrono::seconds time, const Runner& run);

}  // namespace paylog::simulation
