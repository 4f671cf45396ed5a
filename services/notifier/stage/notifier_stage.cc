#include "paylog/notifier/stage/notifier_stage.h"

#include <string>

namespace paylog::notifier {

std::unique_ptr<runtime::StageRunner> MakeNotifierStage(log::Log& log,
                                                        const NotifierStageOptions& options,
                                                        runtime::Counters& counters) {
  using Processor = std::unique_ptr<runtime::PartitionProcessor>;
  return std::make_unique<runtime::StageRunner>(
      log,
      runtime::StageOptions{.name = "notifier",
                            .group = std::string(runtime::kNotifierGroup),
                            .input_topic = std::string(runtime::kResultsTopic),
                            .batch_records_max = options.batch_records_max,
                            .observer = options.observer,
                            .partitions_stop_alone = options.partitions_stop_alone},
      [&log, &counters,
       setup = options.setup](base::PartitionId partition) -> base::Result<Processor> {
        return Processor(std::make_unique<NotifierPartition>(log, partition, setup, counters));
      },
      counters);
}

}  // namespace paylog::notifier
