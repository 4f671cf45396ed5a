#include "paylog/cli/local_system.h"

#include <algorithm>
#include <utility>

#include "paylog/ledger/stage/ledger_stage.h"
#include "paylog/notifier/stage/notifier_stage.h"
#include "paylog/runtime/progress.h"
#include "paylog/validator/stage/validator_stage.h"

namespace paylog::cli {
namespace {

// How long a wait lasts before the conditions are looked at again.
constexpr std::chrono::milliseconds kLookAgain{100};

}  // namespace

LocalSystem::LocalSystem(log::Log& log, SystemOptions options)
    : log_(log), options_(std::move(options)) {}

LocalSystem::~LocalSystem() {
  (void)Stop().has_value();
}

base::Result<void> LocalSystem::Start() {
  validator_ = validator::MakeValidatorStage(
      log_, {.counts = options_.counts, .batch_records_max = options_.batch_records},
      validator_counters_);
  ledger_ = ledger::MakeLedgerStage(log_,
                                    {.counts = options_.counts,
                                     .snapshot_directory = options_.snapshot_directory,
                                     .snapshot_events = options_.snapshot_events,
                                     .batch_records_max = options_.batch_records,
                                     .warn = options_.warn},
                                    ledger_counters_);
  if (options_.notifier) {
    notifier_ = notifier::MakeNotifierStage(
        log_, {.setup = *options_.notifier, .batch_records_max = options_.batch_records},
        notifier_counters_);
  }
  for (runtime::StageRunner* const stage : Stages()) {
    PAYLOG_TRY(stage->Start());
  }
  return {};
}

// Those that read what others write come first.
std::vector<runtime::StageRunner*> LocalSystem::Stages() const {
  std::vector<runtime::StageRunner*> stages;
  for (const auto* const stage : {&notifier_, &ledger_, &validator_}) {
    if (*stage != nullptr) {
      stages.push_back(stage->get());
    }
  }
  return stages;
}

base::Result<void> LocalSystem::Stop() {
  std::optional<base::Error> first;
  for (auto* const stage : {&validator_, &ledger_, &notifier_}) {
    if (*stage != nullptr) {
      if (auto stopped = (*stage)->Stop(); !stopped && !first) {
        first = stopped.error();
      }
      stage->reset();
    }
  }
  if (first) {
    return *first;
  }
  return {};
}

std::optional<base::Error> LocalSystem::failure() const {
  for (const runtime::StageRunner* const stage : Stages()) {
    if (auto error = stage->failure()) {
      return error;
    }
  }
  return std::nullopt;
}

bool LocalSystem::AllTakenOver() const {
  const auto stages = Stages();
  return std::all_of(stages.begin(), stages.end(),
                     [](const auto* const stage) { return !stage->WhyNotReady(); });
}

// Deliveries are counted before the commit that shows their results as processed, so they are
// looked at after it.
base::Result<bool> LocalSystem::IsIdle() {
  if (!AllTakenOver()) {
    return false;
  }
  PAYLOG_ASSIGN(const bool quiet,
                runtime::IsQuiet(log_, options_.counts, options_.notifier.has_value()));
  return quiet && (!options_.notifier || options_.notifier->gates->AllTried());
}

base::Result<void> LocalSystem::WaitUntilIdle(const std::function<bool()>& stopped) {
  std::int64_t seen = 0;
  while (!stopped()) {
    if (const auto error = failure()) {
      return *error;
    }
    PAYLOG_ASSIGN(const bool idle, IsIdle());
    if (idle) {
      return {};
    }
    (notifier_ != nullptr ? notifier_counters_ : ledger_counters_).WaitForChange(seen, kLookAgain);
  }
  return {};
}

base::Result<void> LocalSystem::WaitUntilStopped(const std::function<bool()>& stopped) {
  std::int64_t seen = 0;
  while (!stopped()) {
    if (const auto error = failure()) {
      return *error;
    }
    ledger_counters_.WaitForChange(seen, kLookAgain);
  }
  return {};
}

}  // namespace paylog::cli
