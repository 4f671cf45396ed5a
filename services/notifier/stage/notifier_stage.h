#pragma once

#include <memory>

#include "paylog/log/log.h"
#include "paylog/notifier/stage/notifier_partition.h"
#include "paylog/runtime/stage_runner.h"

namespace paylog::notifier {

struct NotifierStageOptions {
  NotifierSetup setup;
  std::size_t batch_records_max = runtime::kBatchRecordsMax;
  runtime::StageObserver* observer = nullptr;  // Must outlive the stage.
  bool partitions_stop_alone = false;          // See runtime::StageOptions.
};

// The notifier as a stage that can be started. `log` and `counters` must outlive it.
std::unique_ptr<runtime::StageRunner> MakeNotifierStage(log::Log& log,
                                                        const NotifierStageOptions& options,
                                                        runtime::Counters& counters);

}  // namespace paylog::notifier
