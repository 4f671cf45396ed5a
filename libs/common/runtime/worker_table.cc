#include "paylog/runtime/worker_table.h"

#include <utility>

namespace paylog::runtime {

WorkerTable::WorkerTable(log::Log& log, const StageOptions& options,
                         const ProcessorFactory& factory, Counters& counters)
    : log_(log), options_(options), factory_(factory), counters_(counters) {}

base::Result<void> WorkerTable::Assign(const log::Assigned& assigned) {
  std::map<log::TopicPartition, Served> before = std::exchange(served_, {});
  for (const log::TopicPartition& partition : assigned.partitions) {
    const auto had = before.find(partition);
    if (had != before.end() && !had->second.worker->has_failed()) {
      had->second.worker->Reassign(assigned.metadata);
      served_.insert(before.extract(had));
      continue;
    }
    if (had != before.end()) {
      before.erase(had);  // Its snapshot must be closed before another opens it.
    }
    PAYLOG_ASSIGN(Served made, Make(partition, assigned.metadata));
    served_.emplace(partition, std::move(made));
  }
  return {};
}

base::Result<Served> WorkerTable::Make(const log::TopicPartition& partition,
                                       const log::GroupMetadata& metadata) {
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
