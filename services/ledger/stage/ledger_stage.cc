#include "paylog/ledger/stage/ledger_stage.h"

#include <utility>

namespace paylog::ledger {

std::string SnapshotPath(const std::string& directory, base::PartitionId partition) {
  return directory + "/ledger-" + std::to_string(partition.value()) + ".sqlite";
}

std::unique_ptr<runtime::StageRunner> MakeLedgerStage(log::Log& log, LedgerStageOptions options,
                                                      runtime::Counters& counters) {
  const runtime::StageOptions stage{
      .name = "ledger",
      .group = std::string(runtime::kLedgerGroup),
      .input_topic = std::string(runtime::kInboxTopic),
      .batch_records_max = options.batch_records_max,
      .observer = options.observer,
      .standby_partitions = options.standby ? options.counts.inbox : 0,
      .partitions_stop_alone = options.partitions_stop_alone};
  using Processor = std::unique_ptr<runtime::PartitionProcessor>;
  return std::make_unique<runtime::StageRunner>(
      log, stage,
      [&log, &counters,
       options = std::move(options)](base::PartitionId partition) -> base::Result<Processor> {
        LedgerOptions one{.counts = options.counts,
                          .snapshot_path = SnapshotPath(options.snapshot_directory, partition),
                          .snapshot_events = options.snapshot_events,
                          .warn = options.warn,
                          .observer = options.observer};
        return Processor(
            std::make_unique<LedgerPartition>(log, partition, std::move(one), counters));
      },
      counters);
}

}  // namespace paylog::ledger
