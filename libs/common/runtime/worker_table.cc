#include "paylog/runtime/worker_table.h"

#include <utility>

#include "paylog/runtime/topics.h"

namespace paylog::runtime {

WorkerTable::WorkerTable(log::Log& log, const StageOptions& options,
                         const ProcessorFactory& factory, Counters& counters)
    : log_(log), options_(options), factory_(factory), counters_(counters) {}

base::Result<void> WorkerTable::Assign(const log::Assigned& assigned) {
  Table before = std::exchange(served_, {});
  before.merge(std::exchange(standbys_, {}));
  for (const log::TopicPartition& partition : assigned.partitions) {
    PAYLOG_ASSIGN(Served served, TakeOrMake(before, partition, assigned.metadata));
    served.worker->Reassign(assigned.metadata);
    served_.emplace(partition, std::move(served));
  }
  for (std::int32_t p = 0; p < options_.standby_partitions; ++p) {
    const log::TopicPartition partition = Partition(options_.input_topic, base::PartitionId(p));
    if (!served_.contains(partition)) {
      PAYLOG_ASSIGN(Served standby, TakeOrMake(before, partition, assigned.metadata));
      standby.worker->StandBy();
      standbys_.emplace(partition, std::move(standby));
    }
  }
  return {};
}

base::Result<Served> WorkerTable::TakeOrMake(Table& before, const log::TopicPartition& partition,
                                             const log::GroupMetadata& metadata) {
  if (auto had = before.extract(partition); !had.empty() && !had.mapped().worker->has_failed()) {
    return std::move(had.mapped());
  }  // A failed one is gone: its snapshot must be closed before another opens it.
  PAYLOG_ASSIGN(auto processor, factory_(partition.partition));
  auto worker = std::make_unique<Worker>(
      log_, *processor, counters_,
      WorkerOptions{
          .input = partition,
          .transactional_id = options_.name + '-' + std::to_string(partition.partition.value()),
          .batch_records_max = options_.batch_records_max,
          .observer = options_.observer},
      metadata);
  return Served{.processor = std::move(processor), .worker = std::move(worker)};
}

}  // namespace paylog::runtime
