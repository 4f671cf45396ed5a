#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "paylog/log/log.h"
#include "paylog/runtime/counters.h"
#include "paylog/runtime/processor.h"
#include "paylog/runtime/worker.h"

namespace paylog::runtime {

struct StageOptions {
  std::string name;  // "ledger": transactional ids are "<name>-<partition>".
  std::string group;
  std::string input_topic;
  std::size_t batch_records_max = kBatchRecordsMax;
  StageObserver* observer = nullptr;  // Must outlive the stage.
  // This stage stands by: it follows the partitions of the input, so many, that others have.
  std::int32_t standby_partitions = 0;
  // A partition whose own records are at fault stops, and the others go on; otherwise the stage has
  // failed. For services: ending would only hand the partition to the next instance, to end it too.
  bool partitions_stop_alone = false;
};

// Makes what serves a partition. It does not touch the log: an error is final, while what goes
// wrong in PartitionProcessor::TakeOver is tried again where time may cure it.
using ProcessorFactory =
    std::function<base::Result<std::unique_ptr<PartitionProcessor>>(base::PartitionId)>;

// A partition's processor, and the worker that drives it.
struct Served {
  std::unique_ptr<PartitionProcessor> processor;
  std::unique_ptr<Worker> worker;
};

// The partitions that a stage of this process has, or had and may get back. What happens at an
// assignment is decided here, for threads in production and for a scheduler in simulation. Used by
// one thread at a time, and never while a worker steps.
class WorkerTable {
 public:
  // All must outlive the table; `options` too.
  WorkerTable(log::Log& log, const StageOptions& options, const ProcessorFactory& factory,
              Counters& counters);

  // Partitions that come back, or that were followed, keep their state, unless their worker has
  // failed; others are made. Those that did not come back are followed from now on, or dropped
  // where this stage does not stand by.
  base::Result<void> Assign(const log::Assigned& assigned);

  [[nodiscard]] const std::map<log::TopicPartition, Served>& served() const { return served_; }
  // Those that others have: their workers stand by. None of them is served.
  [[nodiscard]] const std::map<log::TopicPartition, Served>& standbys() const { return standbys_; }
  void Clear() {
    served_.clear();
    standbys_.clear();
  }

 private:
  using Table = std::map<log::TopicPartition, Served>;

  // What `before` has of the partition, or a new one.
  base::Result<Served> TakeOrMake(Table& before, const log::TopicPartition& partition,
                                  const log::GroupMetadata& metadata);

  log::Log& log_;
  const StageOptions& options_;
  const ProcessorFactory& factory_;
  Counters& counters_;
  Table served_;
  Table standbys_;
};

}  // namespace paylog::runtime
