#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/log_sim/sim_log.h"
#include "paylog/simulation/fault_plan.h"
#include "paylog/simulation/observer.h"
#include "paylog/simulation/process.h"
#include "paylog/simulation/receivers.h"
#include "paylog/simulation/scenario.h"
#include "paylog/simulation/snapshot_files.h"
#include "paylog/simulation/upstream.h"

namespace paylog::simulation {

// All services of a cluster, those who send to it and those who read it, on one thread: a scheduler
// that picks, at each turn, who does one thing, and lets processes die, stop, pause and come back.
class Cluster {
 public:
  // All must outlive the cluster; `directory` exists and is the cluster's alone.
  Cluster(const Scenario& scenario, FaultPlan& plan, Trace& trace, const std::string& directory);

  // Makes the topics.
  base::Result<void> Start();
  // One step of the scheduler.
  void Turn();
  // The end of the faults: everybody is alive from here on.
  void Heal();
  // All commands are answered and all results read, and every partition has exactly one owner, who
  // serves it. Webhooks may still have to be sent.
  [[nodiscard]] bool IsQuiet();
  // Every partition of the results has exactly one owner, who serves it.
  [[nodiscard]] bool AllServeResults() const;
  // One round of all notifiers, where nobody else has anything to do. False where none had either:
  // then only time brings something.
  bool StepNotifiers();
  // Time goes on to where a notifier or a receiver has something to do. False where none ever has.
  bool LeapToNextWebhook();
  // Saves snapshots and ends all processes.
  base::Result<void> Close();

  void Count(std::string_view name) { trace_.Count(name); }

  // For checks: sees what everybody sees, and meets no faults once healed.
  [[nodiscard]] log_sim::SimLog& log() { return log_; }
  [[nodiscard]] log_sim::Broker& broker() { return broker_; }
  [[nodiscard]] const runtime::PartitionCounts& counts() const { return counts_; }
  [[nodiscard]] const Upstream& upstream() const { return upstream_; }
  [[nodiscard]] const Observer& observer() const { return observer_; }
  [[nodiscard]] SnapshotFiles& snapshots() { return snapshots_; }
  // The one process that serves the partition, its state; nullptr where none or several do.
  [[nodiscard]] const ledger::State* StateOf(base::PartitionId partition) const;
  // The one process that serves this partition of the results; nullptr where none or several do.
  [[nodiscard]] const Process* NotifierProcessOf(base::PartitionId partition) const;
  [[nodiscard]] const Receivers& receivers() const { return receivers_; }
  [[nodiscard]] const log_sim::SimClock& clock() const { return clock_; }
  [[nodiscard]] bool has_notifiers() const { return has_notifiers_; }
  [[nodiscard]] const std::vector<WebhookEndpoint>& endpoints() const { return endpoints_; }
  [[nodiscard]] Step step() const { return step_; }
  // Simulated time in which somebody may have worked: without the leaps.
  [[nodiscard]] std::chrono::milliseconds elapsed() const { return clock_.Elapsed() - leapt_; }
  // Processes that ended with an error that no fault explains.
  [[nodiscard]] const std::vector<Violation>& violations() const { return violations_; }

 private:
  // A place for a process, which outlives those that run in it.
  struct Slot {
    ProcessOptions options;
    std::unique_ptr<Process> process;
    std::chrono::milliseconds start_at{0};
  };
  // The group has not noticed yet that it is dead.
  struct Corpse {
    std::unique_ptr<Process> process;
    std::chrono::milliseconds forgotten_at{0};
  };

  void AddSlots(Stage stage, const std::string& name, std::int32_t count, const Scenario& scenario);
  void ActOnFaults();
  void Leap(std::chrono::milliseconds time);
  void Rebalance();
  void GoDownForDays();
  void Act();
  void Interleave(Process& process);
  void TakeTurns(std::uint64_t count);
  void Reap();
  void Bury(Slot& slot);
  void JudgeEnd(const Process& process);
  void StartIn(Slot& slot);
  void StopCleanly(Slot& slot);
  Slot& PickSlot();
  bool HasCurrentState(base::PartitionId partition);

  FaultPlan& plan_;
  Trace& trace_;
  Random random_;
  log_sim::SimClock clock_;
  log_sim::Broker broker_;
  log_sim::SimLog log_;
  const runtime::PartitionCounts counts_;
  const bool has_notifiers_;
  const std::vector<WebhookEndpoint> endpoints_;
  Step step_ = 0;
  Moment moment_ = 0;
  std::chrono::milliseconds leapt_{0};
  int depth_ = 0;  // Turns within calls within turns.
  Upstream upstream_;
  Observer observer_;
  SnapshotFiles snapshots_;
  Receivers receivers_;
  const World world_;
  std::vector<Slot> slots_;
  std::vector<Corpse> corpses_;
  std::vector<Violation> violations_;
};

}  // namespace paylog::simulation
