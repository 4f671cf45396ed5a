#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "paylog/ledger/stage/ledger_partition.h"
#include "paylog/log/log.h"
#include "paylog/runtime/stage_runner.h"

namespace paylog::ledger {

struct LedgerStageOptions {
  runtime::PartitionCounts counts;
  std::string snapshot_directory;  // Exists, and is this instance's alone.
  std::int64_t snapshot_events = kSnapshotEvents;
  std::size_t batch_records_max = runtime::kBatchRecordsMax;
  WarningSink warn = [](const std::string&) {};  // Called from any thread.
  runtime::StageObserver* observer = nullptr;    // Must outlive the stage.
  bool standby = false;                          // Follows the partitions that others have.
  bool partitions_stop_alone = false;            // See runtime::StageOptions.
};

// The ledger as a stage that can be started. `log` and `counters` must outlive it.
std::unique_ptr<runtime::StageRunner> MakeLedgerStage(log::Log& log, LedgerStageOptions options,
                                                      runtime::Counters& counters);

// Where a partition's snapshot is.
std::string SnapshotPath(const std::string& directory, base::PartitionId partition);

}  // namespace paylog::ledger
