#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "paylog/simulation/scenario.h"
#include "paylog/simulation/simulation.h"

namespace paylog::simulation {

// What came of many runs.
struct Totals {
  std::int64_t passed = 0;
  std::int64_t failed = 0;
  std::int64_t steps = 0;
  std::int64_t commands = 0;
  std::int64_t events = 0;
  std::chrono::milliseconds simulated{0};
  std::map<std::string, std::int64_t> counts;

  void Add(const Report& report);
};

struct Campaign {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 1;
  int jobs = 1;                       // Threads, each with a run of its own at a time.
  std::chrono::milliseconds time{0};  // No run begins later than that; 0: all are run.
  std::function<bool()> stopped = [] { return false; };  // No run begins once it is true.
  std::ostream* trace = nullptr;  // Gets every line of every run. May be null; else with one job.
  std::function<Scenario(std::uint64_t seed)> scenario;
  // Called with each report, one at a time, in the order in which runs end.
  std::function<void(const Scenario&, const Report&)> on_report;
};

Totals RunAll(const Campaign& campaign);

// What must have happened in a campaign that claims to have tried everything, and did not: faults,
// events, result codes, rare paths.
std::vector<std::string> FindNeverHappened(const Totals& totals);

}  // namespace paylog::simulation
