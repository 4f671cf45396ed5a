#pragma once

#include <memory>

#include "paylog/log/log.h"
#include "paylog/runtime/stage_runner.h"
#include "paylog/runtime/topics.h"

namespace paylog::validator {

struct ValidatorStageOptions {
  runtime::PartitionCounts counts;
  std::size_t batch_records_max = runtime::kBatchRecordsMax;
  runtime::StageObserver* observer = nullptr;  // Must outlive the stage.
  bool partitions_stop_alone = false;          // See runtime::StageOptions.
};

// The validator as a stage that can be started. `log` and `counters` must outlive it.
std::unique_ptr<runtime::StageRunner> MakeValidatorStage(log::Log& log,
                                                         const ValidatorStageOptions& options,
                                                         runtime::Counters& counters);

}  // namespace paylog::validator
