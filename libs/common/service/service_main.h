#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "paylog/base/result.h"
#include "paylog/log/log.h"
#include "paylog/runtime/stage_runner.h"
#include "paylog/runtime/topics.h"

namespace paylog::service {

// What a stage is made of, as flags and log say.
struct StageSetup {
  runtime::PartitionCounts counts;
  std::string snapshot_directory;
  std::int64_t snapshot_events = 0;
  std::size_t batch_records_max = 0;
  std::function<void(const std::string&)> warn;
  runtime::StageObserver* observer = nullptr;
  std::string webhooks;  // The endpoint file.
  bool standby = false;
};

struct ServiceDescription {
  std::string name;     // "paylog-ledger"
  std::string stage;    // "ledger"
  std::string purpose;  // A sentence for --help.
  std::int32_t runtime::PartitionCounts::*input_partitions = nullptr;
  bool keeps_snapshots = false;
  bool sends_webhooks = false;
  bool can_stand_by = false;
  std::function<base::Result<std::unique_ptr<runtime::StageRunner>>(log::Log&, const StageSetup&,
                                                                    runtime::Counters&)>
      make_stage;
};

// The main function of a service that is a process of its own on Kafka: flags, the log and its
// checks, one stage, metrics and probes over HTTP, until SIGTERM or SIGINT. Returns the exit code:
// 0 after a clean end, 2 for a command line that cannot be understood, 3 with one line on standard
// error for anything else (docs/operating/kafka.md).
int ServiceMain(int argc, const char* const* argv, const ServiceDescription& description);

}  // namespace paylog::service
