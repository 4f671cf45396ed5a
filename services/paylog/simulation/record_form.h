#pragma once

#include <vector>

#include "paylog/simulation/history.h"

namespace paylog::simulation {

// What docs/reference/topics.md says of every record that paylog writes, whatever it means: its
// headers, its key, its partition, the version of its format. The check is called "form".
std::vector<Violation> FindMalformed(const History& history);

}  // namespace paylog::simulation
