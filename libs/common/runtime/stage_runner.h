#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

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
};

using ProcessorFactory =
    std::function<base::Result<std::unique_ptr<PartitionProcessor>>(base::PartitionId)>;

// Runs a stage in this process: joins its group, and serves each assigned partition with a worker
// on a thread of its own. Workers keep their state over a rebalance that gives the partition back.
// Thread-safe. `log` and `counters` must outlive it.
class StageRunner {
 public:
  StageRunner(log::Log& log, StageOptions options, ProcessorFactory factory, Counters& counters);
  ~StageRunner();

  // Joins the group and starts serving.
  base::Result<void> Start();
  // Lets each worker finish its batch, closes the processors and leaves the group. The first error
  // of all that happened since Start, if any.
  base::Result<void> Stop();

  // Set once a partition cannot be served: the process should end.
  [[nodiscard]] std::optional<base::Error> failure() const;

 private:
  // A partition that this process has, or had and may get back.
  struct Slot {
    std::unique_ptr<PartitionProcessor> processor;
    std::unique_ptr<Worker> worker;
    std::mutex mutex;
    std::condition_variable_any confirmed_changed;
    bool confirmed = false;
    std::jthread thread;  // Last: it ends before what it uses.
  };

  void RunMembership(const std::stop_token& stop);
  void RunWorker(Slot& slot, const std::stop_token& stop);
  base::Result<void> OnAssigned(const log::Assigned& assigned);
  void OnRevoked();
  void ConfirmAll();
  base::Result<std::unique_ptr<Slot>> MakeSlot(const log::TopicPartition& partition,
                                               const log::GroupMetadata& metadata);
  void Fail(const base::Error& error);

  log::Log& log_;
  const StageOptions options_;
  const ProcessorFactory factory_;
  Counters& counters_;

  std::unique_ptr<log::GroupMember> member_;
  std::map<log::TopicPartition, std::unique_ptr<Slot>> slots_;  // The membership thread's alone.
  std::jthread membership_thread_;

  mutable std::mutex failure_mutex_;
  std::optional<base::Error> failure_;
};

}  // namespace paylog::runtime
