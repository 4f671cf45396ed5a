#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "paylog/base/clock.h"
#include "paylog/base/result.h"
#include "paylog/log/log.h"
#include "paylog/log_kafka/kafka_log.h"
#include "paylog/log_socket/socket_log.h"
#include "paylog/log_sqlite/owner_lock.h"
#include "paylog/log_sqlite/sqlite_log.h"
#include "paylog/runtime/settings.h"
#include "paylog/service/log_options.h"

namespace paylog::service {

// Trouble that ends nothing, a line each. Called from any thread.
using WarningSink = std::function<void(const std::string&)>;

// Lets warnings through once the log is open: what goes wrong before is in the error.
struct WarningGate {
  explicit WarningGate(WarningSink sink) : warn(std::move(sink)) {}

  const WarningSink warn;
  std::atomic<bool> open{false};
};

// A log with its topics, checked.
struct OpenedLog {
  std::unique_ptr<WarningGate> gate;  // The log uses it.
  std::unique_ptr<log::Log> log;
  log_sqlite::SqliteLog* embedded = nullptr;  // `log`, where it is one; or nullptr.
  log_kafka::KafkaLog* kafka = nullptr;       // The same.
  log_socket::SocketLog* served = nullptr;  // The same: an embedded log that another process owns.
  runtime::PartitionCounts counts;
  std::string snapshot_directory;
};

// All three: an embedded log that another process serves is opened through that owner's socket; one
// that another process has for a moment is waited for, some seconds: kBusy with its process id.

// Opens a log that is there and checks that its topics are as they were made; see
// runtime::OpenTopics. On Kafka it waits some 30 s for topics whose leaders are away, with a
// warning each time it looks again. kNotFound says what makes one. All three: kInvalidArgument for
// options that do not fit, and the errors of the adapters' Open.
base::Result<OpenedLog> OpenExistingLog(const LogOptions& options, const base::Clock& clock,
                                        const WarningSink& warn);

// For commands that write: an embedded log that is not there is made, with so many partitions (0:
// the default). On Kafka that is left to CreateLog. kInvalidArgument where the log has another
// number.
base::Result<OpenedLog> OpenOrCreateLog(const LogOptions& options, std::int32_t partition_count,
                                        const base::Clock& clock, const WarningSink& warn);

// The same for whoever is to serve it: kBusy at once where another process does already.
base::Result<OpenedLog> OpenLogToServe(const LogOptions& options, std::int32_t partition_count,
                                       const base::Clock& clock, const WarningSink& warn);

// For whoever reads several partitions and wants one state of them all: from now on `log` is as it
// stands at this moment, where others write to it meanwhile and can tell. On Kafka nobody can.
base::Result<void> Freeze(OpenedLog& opened);

// Makes what is missing of a log; see runtime::CreateTopics.
base::Result<OpenedLog> CreateLog(const LogOptions& options, std::int32_t partition_count,
                                  const base::Clock& clock, const WarningSink& warn);

// What is allowed and not safe, such as too few replicas, a sentence each; `strict` makes it an
// error. Nothing on an embedded log.
base::Result<std::vector<std::string>> FindWeaknesses(OpenedLog& opened, bool strict);
// The same for those who serve: one warning, that says how many there are.
base::Result<void> WarnOfWeaknesses(OpenedLog& opened, bool strict, const WarningSink& warn);

// Makes the log's directory of snapshots. On Kafka, where a log has many processes, it takes the
// directory for this one, as snapshots of two instances must not meet: kBusy where another has it.
// Keep what is returned.
base::Result<std::optional<log_sqlite::OwnerLock>> ClaimSnapshots(const OpenedLog& opened);

}  // namespace paylog::service
