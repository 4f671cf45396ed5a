#pragma once

#include <cstdint>

#include "paylog/simulation/history.h"

namespace paylog::simulation {

inline constexpr std::int32_t kTestPartitions = 3;

// What outsiders see of the real validator and ledger, on an embedded log, after commands of all
// kinds: payments within and across partitions, money that comes back, repeats, and what is no
// command. For tests of the oracle; fails the test where the services do.
History MakeTestHistory();

}  // namespace paylog::simulation
