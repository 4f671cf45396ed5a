#include "paylog/validator/stage/validator_stage.h"

#include <string>

#include "paylog/validator/stage/validator_partition.h"

namespace paylog::validator {

std::unique_ptr<runtime::StageRunner> MakeValidatorStage(log::Log& log,
                                                         const ValidatorStageOptions& options,
                                                         runtime::Counters& counters) {
  using Processor = std::unique_ptr<runtime::PartitionProcessor>;
  return std::make_unique<runtime::StageRunner>(
      log,
      runtime::StageOptions{.name = "validator",
                            .group = std::string(runtime::kValidatorGroup),
                            .input_topic = std::string(runtime::kCommandsTopic),
                            .batch_records_max = options.batch_records_max,
                            .observer = options.observer,
                            .partitions_stop_alone = options.partitions_stop_alone},
      [&log, &counters, options](base::PartitionId partition) -> base::Result<Processor> {
        return Processor(std::make_unique<ValidatorPartition>(log, partition, options.counts,
                                                              counters, options.observer));
      },
      counters);
}

}  // namespace paylog::validator
