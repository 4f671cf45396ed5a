#include "paylog/simulation/process.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "paylog/base/check.h"
#include "paylog/ledger/stage/ledger_stage.h"
#include "paylog/simulation/notifier_setup.h"
#include "paylog/validator/stage/validator_partition.h"

namespace paylog::simulation {
namespace {

struct StageNames {
  std::string_view name;
  std::string_view group;
  std::string_view input;
};

StageNames NamesOf(Stage stage) {
  switch (stage) {
    case Stage::kValidator:
      return {"validator", runtime::kValidatorGroup, runtime::kCommandsTopic};
    case Stage::kLedger:
      return {"ledger", runtime::kLedgerGroup, runtime::kInboxTopic};
    case Stage::kNotifier:
      return {"notifier", runtime::kNotifierGroup, runtime::kResultsTopic};
  }
  CHECK(false);
}

runtime::StageOptions StageOf(const ProcessOptions& options, runtime::StageObserver* observer) {
  const StageNames names = NamesOf(options.stage);
  return {.name = std::string(names.name),
          .group = std::string(names.group),
          .input_topic = std::string(names.input),
          .batch_records_max = options.batch_records,
          .observer = observer,
          .standby_partitions =
              options.stage == Stage::kLedger && options.standby ? options.counts.inbox : 0,
          .partitions_stop_alone = true};
}

}  // namespace

Process::Process(const World& world, ProcessOptions options)
    : world_(world),
      options_(std::move(options)),
      started_(world_.receivers.NextMoment()),
      life_(options_.name + '#' + std::to_string(started_)),
      witness_(world_.trace, world_.step, options_.name),
      log_(world_.broker, [this] { world_.interleave(*this); }),
      stage_(StageOf(options_, &witness_)),
      factory_(MakeFactory()),
      table_(log_, stage_, factory_, counters_) {
  if (options_.stage == Stage::kNotifier) {
    log_.HearNoStaleEnds();  // docs/testing.md: more than is promised.
    gates_ = MakeGates(options_.endpoints);
  }
}

runtime::ProcessorFactory Process::MakeFactory() {
  using Made = base::Result<std::unique_ptr<runtime::PartitionProcessor>>;
  switch (options_.stage) {
    case Stage::kValidator:
      return [this](base::PartitionId partition) -> Made {
        return std::unique_ptr<runtime::PartitionProcessor>(
            std::make_unique<validator::ValidatorPartition>(log_, partition, options_.counts,
                                                            counters_, &witness_));
      };
    case Stage::kLedger:
      return [this](base::PartitionId partition) -> Made { return MakeLedger(partition); };
    case Stage::kNotifier:
      return [this](base::PartitionId partition) -> Made { return MakeNotifier(partition); };
  }
  CHECK(false);
}

std::unique_ptr<runtime::PartitionProcessor> Process::MakeLedger(base::PartitionId partition) {
  return std::make_unique<ledger::LedgerPartition>(
      log_, partition,
      ledger::LedgerOptions{
          .counts = options_.counts,
          .snapshot_path = ledger::SnapshotPath(options_.snapshot_directory, partition),
          .snapshot_events = options_.snapshot_events,
          .inline_snapshots = true,
          .warn =
              [this](const std::string& warning) {
                world_.trace.Count("path: snapshot discarded");
                warnings_.push_back(warning);
              },
          .observer = &witness_},
      counters_);
}

std::unique_ptr<runtime::PartitionProcessor> Process::MakeNotifier(base::PartitionId partition) {
  const std::string id = stage_.name + '-' + std::to_string(partition.value());
  SimulatedSender::Owner owner{.process = life_,
                               .started = started_,
                               .partition = partition.value(),
                               .assigned = [this] { return assigned_at_; },
                               .epoch = [this, id] { return log_.EpochOf(id); },
                               .interleave =
                                   [this] {
                                     world_.interleave(*this);
                                     return !dead();
                                   },
                               .dead = [this] { return dead(); }};
  notifier::NotifierSetup setup = MakeNotifierSetup(options_.counts, gates_, world_.clock);
  setup.sender = std::make_shared<SimulatedSender>(world_.receivers, std::move(owner));
  setup.warn = [this](const std::string& warning) {
    world_.trace.Line(world_.step, options_.name, warning);
  };
  return std::make_unique<notifier::NotifierPartition>(log_, partition, std::move(setup),
                                                       counters_);
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
    (void)WriteOutcomes();
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
  notifiers_.clear();
  metadata_ = assigned.metadata;
  assigned_at_ = world_.receivers.NextMoment();
  const auto roles_before = Roles();
  PAYLOG_TRY(table_.Assign(assigned));
  for (const auto& [partition, serves] : Roles()) {
    const auto before = roles_before.find(partition);
    if (before != roles_before.end() && before->second != serves) {
      world_.trace.Count(serves ? "path: standby promoted" : "path: owner stands by");
    }
  }
  for (const auto& [partition, served] : table_.served()) {
    if (options_.stage == Stage::kLedger) {
      ledgers_[partition.partition] =
          dynamic_cast<const ledger::LedgerPartition*>(served.processor.get());
    } else if (options_.stage == Stage::kNotifier) {
      notifiers_[partition.partition] =
          dynamic_cast<const notifier::NotifierPartition*>(served.processor.get());
    }
  }
  paused_.clear();
  not_before_.clear();
  assigned_ = true;
  return {};
}

std::map<log::TopicPartition, bool> Process::Roles() const {
  std::map<log::TopicPartition, bool> roles;
  for (const auto& [partition, unused] : table_.served()) {
    roles.emplace(partition, true);
  }
  for (const auto& [partition, unused] : table_.standbys()) {
    roles.emplace(partition, false);
  }
  return roles;
}

bool Process::StepWorker(std::uint64_t choice) {
  if (!assigned_ || dead() || failure_) {
    return false;
  }
  std::vector<std::pair<log::TopicPartition, bool>> ready;  // True: it is served.
  for (const auto& [partition, serves] : Roles()) {
    const auto due = not_before_.find(partition);
    if (!in_call_.contains(partition) && !paused_.contains(partition) &&
        (due == not_before_.end() || due->second <= world_.clock.Elapsed())) {
      ready.emplace_back(partition, serves);
    }
  }
  if (ready.empty()) {
    return false;
  }
  const auto [partition, serves] = ready[static_cast<std::size_t>(choice % ready.size())];
  if (serves) {
    (void)Step(partition, *table_.served().at(partition).worker);
  } else {
    Follow(partition, *table_.standbys().at(partition).worker);
  }
  return true;
}

void Process::Follow(const log::TopicPartition& partition, runtime::Worker& worker) {
  in_call_.insert(partition);
  const auto followed = worker.Follow();
  in_call_.erase(partition);
  if (dead()) {
    return;
  }
  if (!followed) {
    failure_ = followed.error();
    world_.trace.Line(world_.step, options_.name, "ends: " + failure_->ToString());
  }
  not_before_[partition] = world_.clock.Elapsed() + worker.backoff();
}

base::Result<runtime::StepOutcome> Process::Step(const log::TopicPartition& partition,
                                                 runtime::Worker& worker) {
  in_call_.insert(partition);
  auto outcome = worker.Step(std::chrono::milliseconds(0));
  in_call_.erase(partition);
  if (dead()) {
    return outcome;
  }
  if (!outcome) {
    failure_ = outcome.error();
    world_.trace.Line(world_.step, options_.name, "ends: " + failure_->ToString());
  } else if (*outcome == runtime::StepOutcome::kPaused) {
    paused_.insert(partition);
  }
  not_before_[partition] = world_.clock.Elapsed() + worker.backoff();
  return outcome;
}

bool Process::StepAll() {
  if (options_.stage != Stage::kNotifier) {
    return false;
  }
  PollGroup();
  CHECK(!busy());
  if (!assigned_) {
    return false;
  }
  const std::size_t sent = world_.receivers.attempts().size();
  bool worked = false;
  for (const auto& [partition, served] : table_.served()) {
    const auto outcome = Step(partition, *served.worker);
    worked = worked || !outcome || *outcome != runtime::StepOutcome::kIdle ||
             served.worker->has_output();
  }
  return worked || world_.receivers.attempts().size() != sent;
}

void Process::Kill() {
  log_.Kill();
  world_.trace.Line(world_.step, options_.name, "is killed");
}

void Process::DropWorkers() {
  CHECK(!busy());
  ledgers_.clear();
  notifiers_.clear();
  table_.Clear();
  assigned_ = false;
}

base::Result<void> Process::Close() {
  CHECK(!busy());
  PAYLOG_TRY(WriteOutcomes());
  for (const auto* const table : {&table_.served(), &table_.standbys()}) {
    for (const auto& [partition, served] : *table) {
      if (!served.worker->has_failed()) {
        PAYLOG_TRY(served.worker->Close());
      }
    }
  }
  return {};
}

// From here on nobody steps its workers: it has no partitions any more.
base::Result<void> Process::WriteOutcomes() {
  if (!std::exchange(assigned_, false)) {
    return {};
  }
  for (const auto& [partition, served] : table_.served()) {
    if (served.worker->has_output()) {
      world_.trace.Count("path: outcomes written at the end");
      PAYLOG_TRY(Step(partition, *served.worker));
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

const notifier::NotifierPartition* Process::NotifierOf(base::PartitionId partition) const {
  const auto found = notifiers_.find(partition);
  if (!assigned_ || dead() || found == notifiers_.end()) {
    return nullptr;
  }
  const auto& served = table_.served().at(runtime::Partition(runtime::kResultsTopic, partition));
  const auto frozen = world_.broker.groups().Freeze();
  const bool current = world_.broker.groups().CheckCurrent(*metadata_).has_value();
  return served.worker->is_serving() && current ? found->second : nullptr;
}

std::optional<std::chrono::milliseconds> Process::IdleFor() const {
  std::chrono::milliseconds shortest = std::chrono::milliseconds::max();
  for (const auto& [partition, served] : table_.served()) {
    shortest = std::min(shortest, served.processor->IdleFor());
  }
  return shortest == std::chrono::milliseconds::max() ? std::nullopt : std::optional(shortest);
}

}  // namespace paylog::simulation
