#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <thread>

#include "paylog/log/log.h"
#include "paylog/service/stage_telemetry.h"

namespace paylog::service {

// Looks up the ends of the assigned partitions now and then, on a thread of its own, so that asking
// the log holds up no payment. What cannot be read is left as it was. `log` and `telemetry` must
// outlive it.
class LagSampler {
 public:
  LagSampler(log::Log& log, StageTelemetry& telemetry, std::chrono::milliseconds interval);

  // One round; for tests. REQUIRES: called by one thread at a time.
  void Sample();
  void Start();

 private:
  struct Readers {
    std::unique_ptr<log::Reader> committed;
    std::unique_ptr<log::Reader> uncommitted;
  };

  base::Result<void> SamplePartition(const log::TopicPartition& input);

  log::Log& log_;
  StageTelemetry& telemetry_;
  const std::chrono::milliseconds interval_;
  std::map<log::TopicPartition, Readers> readers_;
  std::jthread thread_;  // Last: it ends before what it uses.
};

}  // namespace paylog::service
