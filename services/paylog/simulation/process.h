#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "paylog/ledger/stage/ledger_partition.h"
#include "paylog/log_sim/sim_log.h"
#include "paylog/notifier/stage/notifier_partition.h"
#include "paylog/runtime/worker_table.h"
#include "paylog/simulation/receivers.h"
#include "paylog/simulation/trace.h"

namespace paylog::simulation {

enum class Stage { kValidator, kLedger, kNotifier };

struct ProcessOptions {
  Stage stage = Stage::kLedger;
  std::string name;
  runtime::PartitionCounts counts;
  std::size_t batch_records = 1;
  std::int64_t snapshot_events = 1;
  std::string snapshot_directory;            // Of a ledger: this instance's alone.
  bool standby = false;                      // Of a ledger.
  std::vector<WebhookEndpoint> endpoints{};  // Of a notifier.
};

class Process;

// What the processes of a cluster share. All must outlive them; `step` is the scheduler's counter.
struct World {
  log_sim::Broker& broker;
  const log_sim::SimClock& clock;
  Trace& trace;
  const Step& step;
  Receivers& receivers;
  // Called within the calls of a process: others may work.
  std::function<void(Process&)> interleave;
};

// One service process: the production stage, on a connection of its own, driven step by step
// instead of by threads. A worker may stand in the middle of a call while others of the same
// process step; it is never stepped twice at once.
class Process {
 public:
  Process(const World& world, ProcessOptions options);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Joins the group, or asks it for news. Nothing while a worker is in a call.
  void PollGroup();
  // Steps a worker that is ready; `choice` picks one. False where none is.
  bool StepWorker(std::uint64_t choice);
  // Of a notifier: asks the group, and steps each worker once. False where there was nothing to do.
  // REQUIRES: !busy()
  bool StepAll();

  // As SIGKILL: no call has an effect from here on.
  void Kill();
  void LoseSession() { log_.LoseSession(); }
  // What a dead process leaves to the operating system: its files are closed. REQUIRES: !busy()
  void DropWorkers();
  // As SIGTERM, but for leaving the group, which destruction does. What a notifier knows already of
  // its attempts is written. REQUIRES: !busy()
  base::Result<void> Close();

  // Somewhere on the stack it is in a call.
  [[nodiscard]] bool busy() const { return polling_ || !in_call_.empty(); }
  [[nodiscard]] bool dead() const { return log_.dead(); }
  [[nodiscard]] const std::string& name() const { return options_.name; }
  [[nodiscard]] const ProcessOptions& options() const { return options_; }
  // Set once a worker or the group met an error that production ends with.
  [[nodiscard]] const std::optional<base::Error>& failure() const { return failure_; }
  // Where it serves the partition: its state as of the last commit, else nullptr.
  [[nodiscard]] const ledger::State* StateOf(base::PartitionId partition) const;
  // The same of a notifier, where the group has not made anything else of it since.
  [[nodiscard]] const notifier::NotifierPartition* NotifierOf(base::PartitionId partition) const;
  // Of a notifier, by its clock: how long until it has something to send; nullopt: until something
  // happens. As of its last steps.
  [[nodiscard]] std::optional<std::chrono::milliseconds> IdleFor() const;
  // One life of it, among all that the simulation knows.
  [[nodiscard]] const std::string& life() const { return life_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  runtime::ProcessorFactory MakeFactory();
  std::unique_ptr<runtime::PartitionProcessor> MakeLedger(base::PartitionId partition);
  std::unique_ptr<runtime::PartitionProcessor> MakeNotifier(base::PartitionId partition);
  // What is known already of what was done outside the log is not forgotten.
  base::Result<void> WriteOutcomes();
  base::Result<runtime::StepOutcome> Step(const log::TopicPartition& partition,
                                          runtime::Worker& worker);
  // Of a partition that it follows: reads on.
  void Follow(const log::TopicPartition& partition, runtime::Worker& worker);
  // Of each partition in the table: is it served? Otherwise it is followed.
  [[nodiscard]] std::map<log::TopicPartition, bool> Roles() const;
  base::Result<log::AssignmentChange> AskGroup();
  base::Result<void> Assign(const log::Assigned& assigned);

  const World world_;
  const ProcessOptions options_;
  const Moment started_;
  const std::string life_;
  Witness witness_;
  log_sim::SimLog log_;
  const runtime::StageOptions stage_;
  runtime::Counters counters_;
  std::vector<std::string> warnings_;
  std::shared_ptr<notifier::EndpointGates> gates_;  // Of a notifier.
  // Those in the table.
  std::map<base::PartitionId, const ledger::LedgerPartition*> ledgers_;
  std::map<base::PartitionId, const notifier::NotifierPartition*> notifiers_;
  const runtime::ProcessorFactory factory_;
  runtime::WorkerTable table_;
  std::unique_ptr<log::GroupMember> member_;
  bool assigned_ = false;
  std::optional<log::GroupMetadata> metadata_;  // Of the last assignment.
  Moment assigned_at_ = 0;                      // The same.
  bool polling_ = false;
  std::set<log::TopicPartition> in_call_;
  std::map<log::TopicPartition, std::chrono::milliseconds> not_before_;  // Back-off.
  std::set<log::TopicPartition> paused_;
  std::optional<base::Error> failure_;
};

}  // namespace paylog::simulation
