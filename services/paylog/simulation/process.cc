#include "paylog/simulation/process.h"

#include <utility>
#include <variant>

#include "paylog/base/check.h"
#include "paylog/ledger/stage/ledger_stage.h"
#include "paylog/validator/stage/validator_partition.h"

namespace paylog::simulation {
namespace {

runtime::StageOptions StageOf(const ProcessOptions& options, runtime::StageObserver* observer) {
  const bool is_ledger = options.stage == Stage::kLedger;
  return {.name = is_ledger ? "ledger" : "validator",
          .group = std::string(is_ledger ? runtime::kLedgerGroup : runtime::kValidatorGroup),
          .input_topic = std::string(is_ledger ? runtime::kInboxTopic : runtime::kCommandsTopic),
          .batch_records_max = options.batch_records,
          .observer = observer,
          .partitions_stop_alone = true};
}

}  // namespace

Process::Process(log_sim::Broker& broker, const log_sim::SimClock& clock, ProcessOptions options,
                 Trace& trace, const std::int64_t& step, std::function<void(Process&)> interleave)
    : clock_(clock),
      options_(std::move(options)),
      trace_(trace),
      step_(step),
      witness_(trace, step, options_.name),
      log_(broker, [this, interleave = std::move(interleave)] { interleave(*this); }),
      stage_(StageOf(options_, &witness_)),
      factory_(MakeFactory()),
      table_(log_, stage_, factory_, counters_) {}

runtime::ProcessorFactory Process::MakeFactory() {
  using Made = base::Result<std::unique_ptr<runtime::PartitionProcessor>>;
  if (options_.stage == Stage::kValidator) {
    return [this](base::PartitionId partition) -> Made {
      return std::unique_ptr<runtime::PartitionProcessor>(
          std::make_unique<validator::ValidatorPartition>(log_, partition, options_.counts,
                                                          counters_, &witness_));
    };
  }
  return [this](base::PartitionId partition) -> Made {
    auto made = std::make_unique<ledger::LedgerPartition>(
        log_, partition,
        ledger::LedgerOptions{
            .counts = options_.counts,
            .snapshot_path = ledger::SnapshotPath(options_.snapshot_directory, partition),
            .snapshot_events = options_.snapshot_events,
            .inline_snapshots = true,
            .warn =
                [this](const std::string& warning) {
                  trace_.Count("path: snapshot discarded");
                  warnings_.push_back(warning);
                },
            .observer = &witness_},
        counters_);
    return std::unique_ptr<runtime::PartitionProcessor>(std::move(made));
  };
}

void Process::PollGroup() {
  if (busy() || dead() || failure_) {
    return;
  }
  polling_ = true;
  const auto change = AskGroup();
  polling_ = false;
  if (!change) {
    return;  // Asked again at another time.
  }
  if (const auto* const revoked = std::get_if<log::Revoked>(&*change)) {
    assigned_ = false;
    witness_.OnRevoked(revoked->lost);
  } else if (const auto* const assigned = std::get_if<log::Assigned>(&*change)) {
    if (const auto done = Assign(*assigned); !done) {
      failure_ = done.error();
    }
  } else {
    for (const log::TopicPartition& partition : std::exchange(paused_, {})) {
      table_.served().at(partition).worker->Confirm();
    }
  }
}

base::Result<log::AssignmentChange> Process::AskGroup() {
  if (member_ == nullptr) {
    PAYLOG_ASSIGN(member_, log_.JoinGroup(stage_.group, {stage_.input_topic}));
  }
  return member_->Poll(std::chrono::milliseconds(0));
}

base::Result<void> Process::Assign(const log::Assigned& assigned) {
  witness_.OnAssigned(assigned.partitions);
  ledgers_.clear();
  PAYLOG_TRY(table_.Assign(assigned));
  for (const auto& [partition, served] : table_.served()) {
    if (options_.stage == Stage::kLedger) {
      ledgers_[partition.partition] =
          dynamic_cast<const ledger::LedgerPartition*>(served.processor.get());
    }
  }
  paused_.clear();
  not_before_.clear();
  assigned_ = true;
  return {};
}

bool Process::StepWorker(std::uint64_t choice) {
  if (!assigned_ || dead() || failure_) {
    return false;
  }
  std::vector<std::pair<log::TopicPartition, runtime::Worker*>> ready;
  for (const auto& [partition, served] : table_.served()) {
    const auto due = not_before_.find(partition);
    if (!in_call_.contains(partition) && !paused_.contains(partition) &&
        (due == not_before_.end() || due->second <= clock_.Elapsed())) {
      ready.emplace_back(partition, served.worker.get());
    }
  }
  if (ready.empty()) {
    return false;
  }
  const auto [partition, worker] = ready[static_cast<std::size_t>(choice % ready.size())];
  in_call_.insert(partition);
  const auto outcome = worker->Step(std::chrono::milliseconds(0));
  in_call_.erase(partition);
  if (dead()) {
    return true;
  }
  if (!outcome) {
    failure_ = outcome.error();
    trace_.Line(step_, options_.name, "ends: " + failure_->ToString());
  } else if (*outcome == runtime::StepOutcome::kPaused) {
    paused_.insert(partition);
  }
  not_before_[partition] = clock_.Elapsed() + worker->backoff();
  return true;
}

void Process::Kill() {
  log_.Kill();
  trace_.Line(step_, options_.name, "is killed");
}

void Process::DropWorkers() {
  CHECK(!busy());
  ledgers_.clear();
  table_.Clear();
  assigned_ = false;
}

base::Result<void> Process::Close() {
  CHECK(!busy());
  for (const auto& [partition, served] : table_.served()) {
    if (!served.worker->has_failed()) {
      PAYLOG_TRY(served.worker->Close());
    }
  }
  return {};
}

const ledger::State* Process::StateOf(base::PartitionId partition) const {
  const auto found = ledgers_.find(partition);
  if (!assigned_ || dead() || found == ledgers_.end()) {
    return nullptr;
  }
  const auto& served = table_.served().at(runtime::Partition(runtime::kInboxTopic, partition));
  return served.worker->is_serving() ? &found->second->state() : nullptr;
}

}  // namespace paylog::simulation
