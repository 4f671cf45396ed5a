#pragma once

#include <cstdint>
#include <string>

#include "paylog/base/result.h"
#include "paylog/tests/bench/report.h"
#include "paylog/tests/bench/system.h"
#include "paylog/tests/bench/workload.h"

// Each makes a log of its own at the address, measures one thing, and reports it under names that
// begin with `name`.
namespace paylog::bench {

struct CommandCounts {
  std::int64_t history = 0;  // Decided before, so that their ids are remembered.
  std::int64_t measured = 0;
  // Before those, in the same run: with some, the clock starts with the last of their results, and
  // what a start takes is not counted.
  std::int64_t warm_up = 0;
};

// Commands that lie in payments.commands until the last result is readable.
base::Result<void> EndToEnd(const std::string& name, const LogSetup& setup,
                            const WorkloadOptions& options, const CommandCounts& counts,
                            Report& report);

// Only the commands, for another system to work on: how many, and the sum of their amounts.
base::Result<void> Fill(const std::string& name, const LogSetup& setup,
                        const WorkloadOptions& options, std::int64_t commands, Report& report);

// From when a command was due to be sent until its result is readable, at a rate that does not wait
// for answers: who comes too late is counted from when he should have come.
base::Result<void> Latency(const std::string& name, const LogSetup& setup,
                           const WorkloadOptions& options, std::int64_t commands_a_second,
                           double seconds, Report& report);

// So many callers, each of whom sends the next command once it has the result of the last one.
base::Result<void> Callers(const std::string& name, const LogSetup& setup,
                           const WorkloadOptions& options, std::int64_t callers, double seconds,
                           Report& report);

// How long a start takes with a history of so many commands: after a kill, after a clean end, and
// without snapshots. REQUIRES: no other thread runs.
struct RecoveryOptions {
  std::int64_t commands = 0;
  bool audit = true;
};
base::Result<void> RecoveryTime(const std::string& name, const LogSetup& setup,
                                const WorkloadOptions& options, const RecoveryOptions& recovery,
                                Report& report);

}  // namespace paylog::bench
