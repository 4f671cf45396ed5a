#include "paylog/cli/local_system.h"

#include <utility>

#include "paylog/ledger/stage/ledger_stage.h"
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
  PAYLOG_TRY(ledger_->Start());
  return validator_->Start();
}

base::Result<void> LocalSystem::Stop() {
  std::optional<base::Error> first;
  for (auto* const stage : {&validator_, &ledger_}) {
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
  for (const auto* const stage : {&validator_, &ledger_}) {
    if (*stage != nullptr) {
      if (auto error = (*stage)->failure()) {
        return error;
      }
    }
  }
  return std::nullopt;
}

bool LocalSystem::AllTakenOver() const {
  return !validator_->WhyNotReady() && !ledger_->WhyNotReady();
}

base::Result<void> LocalSystem::WaitUntilIdle(const std::function<bool()>& stopped) {
  std::int64_t seen = 0;
  while (!stopped()) {
    if (const auto error = failure()) {
      return *error;
    }
    if (AllTakenOver()) {
      PAYLOG_ASSIGN(const bool quiet, runtime::IsQuiet(log_, options_.counts));
      if (quiet) {
        return {};
      }
    }
    ledger_counters_.WaitForChange(seen, kLookAgain);
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
