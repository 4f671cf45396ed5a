#include "paylog/cli/local_system.h"

#include <utility>

#include "paylog/ledger/stage/ledger_partition.h"
#include "paylog/runtime/progress.h"
#include "paylog/validator/stage/validator_partition.h"

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
  using Processor = std::unique_ptr<runtime::PartitionProcessor>;
  validator_ = std::make_unique<runtime::StageRunner>(
      log_,
      runtime::StageOptions{.name = "validator",
                            .group = std::string(runtime::kValidatorGroup),
                            .input_topic = std::string(runtime::kCommandsTopic),
                            .batch_records_max = options_.batch_records},
      [this](base::PartitionId partition) -> base::Result<Processor> {
        return Processor(std::make_unique<validator::ValidatorPartition>(
            log_, partition, options_.counts, validator_counters_));
      },
      validator_counters_);
  ledger_ = std::make_unique<runtime::StageRunner>(
      log_,
      runtime::StageOptions{.name = "ledger",
                            .group = std::string(runtime::kLedgerGroup),
                            .input_topic = std::string(runtime::kInboxTopic),
                            .batch_records_max = options_.batch_records},
      [this](base::PartitionId partition) -> base::Result<Processor> {
        ledger::LedgerOptions options{.counts = options_.counts,
                                      .snapshot_path = options_.snapshot_directory + "/ledger-" +
                                                       std::to_string(partition.value()) +
                                                       ".sqlite",
                                      .snapshot_events = options_.snapshot_events,
                                      .warn = options_.warn};
        return Processor(std::make_unique<ledger::LedgerPartition>(
            log_, partition, std::move(options), ledger_counters_));
      },
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
  return validator_tally().take_overs >= options_.counts.commands &&
         ledger_tally().take_overs >= options_.counts.inbox;
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
