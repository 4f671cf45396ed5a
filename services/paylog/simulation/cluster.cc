#include "paylog/simulation/cluster.h"

#include <algorithm>
#include <array>
#include <utility>

#include "paylog/runtime/progress.h"
#include "paylog/runtime/settings.h"

namespace paylog::simulation {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kTurnMsMax = 20;
constexpr std::uint64_t kRestartMsMax = 2'000;
constexpr milliseconds kSession{6'000};
constexpr int kDepthMax = 3;
constexpr std::uint64_t kInterleavedTurnsMax = 4;
constexpr std::uint64_t kPauseTurnsMin = 60;
constexpr std::uint64_t kPauseTurnsMore = 150;
constexpr std::int64_t kClockJumpMsMax = 3'600'000;
// Long enough for each of the notifier's waits, and for what it gives up at last.
constexpr std::array<milliseconds, 8> kLeaps = {std::chrono::seconds(6),  std::chrono::minutes(6),
                                                std::chrono::minutes(35), std::chrono::hours(3),
                                                std::chrono::hours(6),    std::chrono::hours(16),
                                                std::chrono::hours(27),   std::chrono::hours(170)};
constexpr std::uint64_t kDowntimeHoursMax = 216;

}  // namespace

Cluster::Cluster(const Scenario& scenario, FaultPlan& plan, Trace& trace,
                 const std::string& directory)
    : plan_(plan),
      trace_(trace),
      random_(scenario.seed, "scheduler"),
      broker_({.clock = &clock_,
               .time = &clock_,
               .faults = &plan,
               .moment = [this] { return ++moment_; }}),
      log_(broker_),
      counts_(runtime::EqualCounts(scenario.partitions)),
      has_notifiers_(scenario.notifiers > 0),
      endpoints_(scenario.endpoints),
      upstream_(broker_, scenario, trace),
      observer_(broker_, scenario),
      snapshots_(directory, scenario, plan, trace),
      receivers_(scenario.seed, plan, clock_, trace, step_, [this] { return ++moment_; }),
      world_({.broker = broker_,
              .clock = clock_,
              .trace = trace_,
              .step = step_,
              .receivers = receivers_,
              .interleave = [this](Process& process) { Interleave(process); }}) {
  AddSlots(Stage::kValidator, "validator-", scenario.validators, scenario);
  AddSlots(Stage::kLedger, "ledger-", scenario.ledgers, scenario);
  AddSlots(Stage::kNotifier, "notifier-", scenario.notifiers, scenario);
}

void Cluster::AddSlots(Stage stage, const std::string& name, std::int32_t count,
                       const Scenario& scenario) {
  for (std::int32_t n = 0; n < count; ++n) {
    const std::string instance = name + static_cast<char>('a' + n);
    slots_.push_back({.options = {.stage = stage,
                                  .name = instance,
                                  .counts = counts_,
                                  .batch_records = scenario.batch_records,
                                  .snapshot_events = scenario.snapshot_events,
                                  .snapshot_directory = snapshots_.MakeDirectory(instance),
                                  .standby = n < scenario.standbys,
                                  .endpoints = scenario.endpoints}});
  }
}

base::Result<void> Cluster::Start() {
  return broker_.CreateTopics(runtime::TopicSpecs(counts_));
}

void Cluster::Turn() {
  ++step_;
  clock_.Advance(milliseconds(1 + static_cast<std::int64_t>(random_.Below(kTurnMsMax))));
  broker_.RunDue();
  receivers_.RunDue();
  if (depth_ == 0) {
    if (plan_.Happens(fault::kTimeLeap)) {
      Leap(kLeaps.at(plan_.Choose(kLeaps.size())));
    }
    if (plan_.Happens(fault::kLongDowntime)) {
      GoDownForDays();
    }
    Reap();
  }
  ActOnFaults();
  Act();
}

void Cluster::ActOnFaults() {
  if (plan_.Happens(fault::kRebalance)) {
    Rebalance();
  }
  if (plan_.Happens(fault::kCrash)) {
    if (Slot& slot = PickSlot(); slot.process != nullptr) {
      slot.process->Kill();
    }
  }
  if (plan_.Happens(fault::kStop)) {
    StopCleanly(PickSlot());
  }
  if (plan_.Happens(fault::kSessionLost)) {
    if (Slot& slot = PickSlot(); slot.process != nullptr) {
      trace_.Line(step_, slot.options.name, "loses its session");
      slot.process->LoseSession();
    }
  }
  if (plan_.Happens(fault::kClockJump)) {
    const auto jump = static_cast<std::int64_t>(plan_.Choose(2 * kClockJumpMsMax));
    clock_.SetWallClockBy(milliseconds(jump - kClockJumpMsMax));
  }
}

void Cluster::Rebalance() {
  static constexpr std::array kGroups = {runtime::kLedgerGroup, runtime::kValidatorGroup,
                                         runtime::kNotifierGroup};
  const std::string group(kGroups.at(plan_.Choose(has_notifiers_ ? 3 : 2)));
  broker_.groups().Rebalance(group, static_cast<std::size_t>(plan_.Choose(slots_.size())));
  trace_.Line(step_, "cluster", "a rebalance of " + group);
}

void Cluster::Leap(milliseconds time) {
  trace_.Line(step_, "cluster", "time leaps by " + std::to_string(time.count()) + " ms");
  clock_.Advance(time);
  leapt_ += time;
}

void Cluster::GoDownForDays() {
  trace_.Line(step_, "cluster", "all are down, until their offsets are forgotten");
  for (Slot& slot : slots_) {
    if (slot.process != nullptr) {
      slot.process->Kill();
      Bury(slot);
    }
  }
  corpses_.clear();
  broker_.Settle();
  broker_.ForgetOffsets();
  Leap(std::chrono::hours(plan_.Choose(kDowntimeHoursMax)));
}

Cluster::Slot& Cluster::PickSlot() {
  return slots_[static_cast<std::size_t>(plan_.Choose(slots_.size()))];
}

void Cluster::StopCleanly(Slot& slot) {
  if (slot.process == nullptr || slot.process->busy() || slot.process->dead()) {
    return;
  }
  trace_.Line(step_, slot.options.name, "is stopped");
  if (const auto closed = slot.process->Close(); !closed) {
    trace_.Line(step_, slot.options.name, closed.error().ToString());
  }
  slot.process.reset();
  slot.start_at =
      clock_.Elapsed() + milliseconds(static_cast<std::int64_t>(random_.Below(kRestartMsMax)));
}

void Cluster::Act() {
  const std::uint64_t actor = random_.Below(4 + 4 * slots_.size());
  if (actor < 3) {
    if (!upstream_.done()) {
      upstream_.Send(step_);
    }
  } else if (actor == 3) {
    observer_.Look(step_);
  } else if (Slot& slot = slots_[static_cast<std::size_t>((actor - 4) / 4)];
             slot.process != nullptr) {
    if (actor % 4 == 0) {
      slot.process->PollGroup();
    } else {
      (void)slot.process->StepWorker(random_.Next());
    }
  }
}

void Cluster::TakeTurns(std::uint64_t count) {
  ++depth_;
  for (; count > 0; --count) {
    Turn();
  }
  --depth_;
}

// Within a call of the process.
void Cluster::Interleave(Process& process) {
  if (plan_.Happens(fault::kCrashInside)) {
    process.Kill();
    return;
  }
  if (depth_ >= kDepthMax) {
    return;
  }
  if (plan_.Happens(fault::kPause)) {
    trace_.Line(step_, process.name(), "pauses in a call, and loses its session");
    process.LoseSession();
    TakeTurns(kPauseTurnsMin + plan_.Choose(kPauseTurnsMore));
    trace_.Line(step_, process.name(), "goes on");
  } else if (plan_.Happens(fault::kInterleave)) {
    TakeTurns(1 + plan_.Choose(kInterleavedTurnsMax));
  }
}

// Buries the dead, forgets those whose session is over, and starts anew.
void Cluster::Reap() {
  std::erase_if(corpses_,
                [this](const Corpse& corpse) { return corpse.forgotten_at <= clock_.Elapsed(); });
  for (Slot& slot : slots_) {
    const bool over =
        slot.process != nullptr && (slot.process->dead() || slot.process->failure().has_value());
    if (over && !slot.process->busy()) {
      Bury(slot);
    }
    if (slot.process == nullptr && slot.start_at <= clock_.Elapsed()) {
      StartIn(slot);
    }
  }
}

void Cluster::Bury(Slot& slot) {
  JudgeEnd(*slot.process);
  slot.process->DropWorkers();
  corpses_.push_back(
      {.process = std::move(slot.process), .forgotten_at = clock_.Elapsed() + kSession});
  slot.start_at =
      clock_.Elapsed() + milliseconds(static_cast<std::int64_t>(random_.Below(kRestartMsMax)));
}

// A supervisor starts a process that ended again; but it must have had a reason to end.
void Cluster::JudgeEnd(const Process& process) {
  if (process.dead() || !process.failure()) {
    return;
  }
  const base::Error& error = *process.failure();
  trace_.Count("path: process ended, " + std::string(base::ToString(error.code)));
  const bool log_seemed_short = error.code == base::ErrorCode::kLostRecords ||
                                error.code == base::ErrorCode::kOffsetOutOfRange;
  if (!log_seemed_short || !plan_.has_happened(log_sim::fault::kEndStale)) {
    violations_.push_back(
        {.check = "process-ended", .what = process.name() + ": " + error.ToString()});
  }
}

void Cluster::StartIn(Slot& slot) {
  if (slot.options.stage == Stage::kLedger) {
    snapshots_.MeetFaults(slot.options.name);
  }
  trace_.Line(step_, slot.options.name, "starts");
  slot.process = std::make_unique<Process>(world_, slot.options);
}

void Cluster::Heal() {
  trace_.Line(step_, "cluster", "no more faults");
  plan_.Heal();
  broker_.Settle();
  corpses_.clear();
  for (Slot& slot : slots_) {
    slot.start_at = milliseconds(0);
  }
}

const ledger::State* Cluster::StateOf(base::PartitionId partition) const {
  const ledger::State* found = nullptr;
  for (const Slot& slot : slots_) {
    const ledger::State* const state =
        slot.process != nullptr ? slot.process->StateOf(partition) : nullptr;
    if (state != nullptr && found != nullptr) {
      return nullptr;
    }
    found = state != nullptr ? state : found;
  }
  return found;
}

// An owner that kept its state notices only at its next batch that another one was at work.
bool Cluster::HasCurrentState(base::PartitionId partition) {
  const ledger::State* const state = StateOf(partition);
  const auto committed = log_.CommittedOffset(std::string(runtime::kLedgerGroup),
                                              runtime::Partition(runtime::kInboxTopic, partition));
  return state != nullptr && committed &&
         committed->value_or(base::Offset(0)) == state->progress().last_inbox_offset.Next();
}

bool Cluster::IsQuiet() {
  if (!upstream_.done()) {
    return false;
  }
  for (std::int32_t p = 0; p < counts_.inbox; ++p) {
    if (!HasCurrentState(base::PartitionId(p))) {
      return false;
    }
  }
  const auto quiet = runtime::IsQuiet(log_, counts_, has_notifiers_);
  return quiet && *quiet && (!has_notifiers_ || AllServeResults());
}

const Process* Cluster::NotifierProcessOf(base::PartitionId partition) const {
  const Process* found = nullptr;
  for (const Slot& slot : slots_) {
    if (slot.process != nullptr && slot.process->NotifierOf(partition) != nullptr) {
      if (found != nullptr) {
        return nullptr;
      }
      found = slot.process.get();
    }
  }
  return found;
}

bool Cluster::AllServeResults() const {
  for (std::int32_t p = 0; p < counts_.results; ++p) {
    if (NotifierProcessOf(base::PartitionId(p)) == nullptr) {
      return false;
    }
  }
  return true;
}

bool Cluster::StepNotifiers() {
  ++step_;
  clock_.Advance(milliseconds(1));
  broker_.RunDue();
  receivers_.RunDue();
  bool worked = false;
  for (Slot& slot : slots_) {
    worked = (slot.process != nullptr && slot.process->StepAll()) || worked;
  }
  return worked;
}

bool Cluster::LeapToNextWebhook() {
  std::optional<milliseconds> wait;
  for (const Slot& slot : slots_) {
    const auto idle = slot.process != nullptr && slot.options.stage == Stage::kNotifier
                          ? slot.process->IdleFor()
                          : std::nullopt;
    if (idle) {
      wait = std::min(wait.value_or(*idle), *idle);
    }
  }
  if (const auto answer = receivers_.next_answer()) {
    const milliseconds until = std::max(milliseconds(0), *answer - clock_.Elapsed());
    wait = std::min(wait.value_or(until), until);
  }
  if (wait) {
    Leap(*wait);
  }
  return wait.has_value();
}

base::Result<void> Cluster::Close() {
  for (Slot& slot : slots_) {
    if (slot.process != nullptr) {
      PAYLOG_TRY(slot.process->Close());
      slot.process.reset();
    }
  }
  return {};
}

}  // namespace paylog::simulation
