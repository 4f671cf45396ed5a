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
#include "paylog/runtime/worker_table.h"
#include "paylog/simulation/trace.h"

namespace paylog::simulation {

enum class Stage { kValidator, kLedger };

struct ProcessOptions {
  Stage stage = Stage::kLedger;
  std::string name;
  runtime::PartitionCounts counts;
  std::size_t batch_records = 1;
  std::int64_t snapshot_events = 1;
  std::string snapshot_directory;  // Of a ledger: this instance's alone.
};

// One service process: the production stage, on a connection of its own, driven step by step
// instead of by threads. A worker may stand in the middle of a call while others of the same
// process step; it is never stepped twice at once.
class Process {
 public:
  // All that is passed by reference must outlive the process; `step` is the scheduler's counter.
  Process(log_sim::Broker& broker, const log_sim::SimClock& clock, ProcessOptions options,
          Trace& trace, const std::int64_t& step, std::function<void(Process&)> interleave);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Joins the group, or asks it for news. Nothing while a worker is in a call.
  void PollGroup();
  // Steps a worker that is ready; `choice` picks one. False where none is.
  bool StepWorker(std::uint64_t choice);

  // As SIGKILL: no call has an effect from here on.
  void Kill();
  void LoseSession() { log_.LoseSession(); }
  // What a dead process leaves to the operating system: its files are closed. REQUIRES: !busy()
  void DropWorkers();
  // As SIGTERM, but for leaving the group, which destruction does. REQUIRES: !busy()
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
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  runtime::ProcessorFactory MakeFactory();
  base::Result<log::AssignmentChange> AskGroup();
  base::Result<void> Assign(const log::Assigned& assigned);

  const log_sim::SimClock& clock_;
  const ProcessOptions options_;
  Trace& trace_;
  const std::int64_t& step_;
  Witness witness_;
  log_sim::SimLog log_;
  const runtime::StageOptions stage_;
  runtime::Counters counters_;
  std::vector<std::string> warnings_;
  std::map<base::PartitionId, const ledger::LedgerPartition*> ledgers_;  // In the table.
  const runtime::ProcessorFactory factory_;
  runtime::WorkerTable table_;
  std::unique_ptr<log::GroupMember> member_;
  bool assigned_ = false;
  bool polling_ = false;
  std::set<log::TopicPartition> in_call_;
  std::map<log::TopicPartition, std::chrono::milliseconds> not_before_;  // Back-off.
  std::set<log::TopicPartition> paused_;
  std::optional<base::Error> failure_;
};

}  // namespace paylog::simulation
