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
#include "paylog/runtime/worker_table.h"

namespace paylog::runtime {

// Runs a stage in this process: joins its group, and serves each assigned partition with a worker
// on a thread of its own; so does each partition that it stands by for. Workers keep their state
// over a rebalance that gives the partition back. Trouble with the log that time may cure is tried
// again for ever. Thread-safe. `log` and `counters` must outlive it.
class StageRunner {
 public:
  StageRunner(log::Log& log, StageOptions options, ProcessorFactory factory, Counters& counters);
  ~StageRunner();

  // Joins the group and starts serving.
  base::Result<void> Start();
  // Lets each worker finish its batch, leaves the group, so that others can go on at once, and
  // closes the processors. The first error of all that happened since Start, if any.
  base::Result<void> Stop();

  // Set once the stage cannot go on: the process should end.
  [[nodiscard]] std::optional<base::Error> failure() const;

  // Why it does not serve, in words; nullopt while it is in its group and has taken over all that
  // it was assigned, which may be nothing. A partition that has stopped is named with its error.
  [[nodiscard]] std::optional<std::string> WhyNotReady() const;

 private:
  // The thread that drives a partition's worker, until the next change of the assignment.
  struct Driver {
    explicit Driver(Worker& driven) : worker(driven) {}
    Worker& worker;
    std::mutex mutex;
    std::condition_variable_any confirmed_changed;
    bool confirmed = false;
    std::jthread thread;  // Last: it ends before what it uses.
  };

  void RunMembership(const std::stop_token& stop);
  void RunWorker(const log::TopicPartition& partition, Driver& driver, const std::stop_token& stop);
  void RunStandby(Driver& driver, const std::stop_token& stop);
  static void WaitBetweenSteps(Driver& driver, const std::stop_token& stop, StepOutcome outcome);
  Driver& NewDriver(const log::TopicPartition& partition, Worker& worker);
  base::Result<void> OnAssigned(const log::Assigned& assigned);
  void OnRevoked();
  void StopWorkers();
  void ConfirmAll();
  void SetServing(const log::TopicPartition& partition, bool serving);
  void OnWorkerEnded(const log::TopicPartition& partition, const base::Error& error);
  void Fail(const base::Error& error);

  log::Log& log_;
  const StageOptions options_;
  const ProcessorFactory factory_;
  Counters& counters_;
  StageObserver ignoring_;
  StageObserver& observer_;

  std::unique_ptr<log::GroupMember> member_;
  // The membership thread's alone. Drivers end before what they drive.
  WorkerTable table_;
  std::map<log::TopicPartition, std::unique_ptr<Driver>> drivers_;
  std::jthread membership_thread_;

  mutable std::mutex status_mutex_;  // Of what follows.
  std::optional<base::Error> failure_;
  bool in_group_ = false;
  std::map<log::TopicPartition, bool> serving_;         // All that are assigned.
  std::map<log::TopicPartition, base::Error> stopped_;  // Of these, those that stopped alone.
};

}  // namespace paylog::runtime
