#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/simulation/history.h"
#include "paylog/simulation/scenario.h"

namespace paylog::simulation {

// What came of one run. Plain value.
struct Report {
  std::vector<Violation> violations;           // Empty: the run was clean.
  std::vector<FaultAt> faults;                 // All that happened, in order.
  std::map<std::string, std::int64_t> counts;  // Faults, events, codes and rare paths, by name.
  std::uint64_t digest = 0;                    // Of the trace.
  std::int64_t steps = 0;
  std::int64_t commands = 0;  // Records of payments.commands.
  std::int64_t events = 0;    // Of the journal.
  std::chrono::milliseconds simulated{0};
};

// kIo, with the reason, where Simulate would find no place for its files.
base::Result<void> CheckTemporaryDirectory();

// Runs the scenario: a cluster under faults; then without, until all is quiet; then everything is
// checked: by the oracle, by rebuilding each partition from its journal and from each snapshot, by
// the auditor, and by cutting a journal, which must not go unnoticed. The same scenario gives the
// same report. `trace` may be null. Snapshots go to a directory of its own in memory or $TMPDIR,
// which it removes. REQUIRES: CheckTemporaryDirectory() succeeds
Report Simulate(const Scenario& scenario, std::ostream* trace = nullptr);

}  // namespace paylog::simulation
