#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/log/log.h"
#include "paylog/notifier/stage/notifier_partition.h"
#include "paylog/runtime/counters.h"
#include "paylog/runtime/stage_runner.h"
#include "paylog/runtime/topics.h"

namespace paylog::cli {

struct SystemOptions {
  runtime::PartitionCounts counts;
  std::string snapshot_directory;
  std::int64_t snapshot_events = 100'000;
  std::size_t batch_records = 5'000;
  std::function<void(const std::string&)> warn;     // Called from any thread.
  std::optional<notifier::NotifierSetup> notifier;  // nullopt: no webhooks.
};

// Validator, ledger and, where it is wanted, notifier in one process on one log. Thread-safe; `log`
// must outlive it.
class LocalSystem {
 public:
  LocalSystem(log::Log& log, SystemOptions options);
  ~LocalSystem();

  base::Result<void> Start();
  // Ends all stages cleanly. The first error since Start, if any.
  base::Result<void> Stop();

  // Waits until every partition was taken over, every command has its result or dead letter and
  // every webhook was tried once (but for those that wait since their receiver fails again and
  // again), until a stage fails (its error) or until `stopped` says true.
  base::Result<void> WaitUntilIdle(const std::function<bool()>& stopped);
  // Waits until a stage fails or `stopped` says true.
  base::Result<void> WaitUntilStopped(const std::function<bool()>& stopped);

  // Has a stage failed? Stop() tells how.
  [[nodiscard]] bool has_failed() const { return failure().has_value(); }

  // What was committed since Start. The validator's inputs are the commands.
  [[nodiscard]] runtime::Tally validator_tally() const { return validator_counters_.Read(); }
  [[nodiscard]] runtime::Tally ledger_tally() const { return ledger_counters_.Read(); }
  [[nodiscard]] runtime::Tally notifier_tally() const { return notifier_counters_.Read(); }

 private:
  [[nodiscard]] std::vector<runtime::StageRunner*> Stages() const;
  [[nodiscard]] std::optional<base::Error> failure() const;
  // Even a quiet log is only known to be whole once every owner has compared it with its state.
  [[nodiscard]] bool AllTakenOver() const;
  base::Result<bool> IsIdle();

  log::Log& log_;
  const SystemOptions options_;
  runtime::Counters validator_counters_;
  runtime::Counters ledger_counters_;
  runtime::Counters notifier_counters_;
  std::unique_ptr<runtime::StageRunner> validator_;
  std::unique_ptr<runtime::StageRunner> ledger_;
  std::unique_ptr<runtime::StageRunner> notifier_;
};

}  // namespace paylog::cli
