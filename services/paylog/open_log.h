#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "paylog/base/clock.h"
#include "paylog/base/result.h"
#include "paylog/log/log.h"
#include "paylog/log_sqlite/sqlite_log.h"
#include "paylog/runtime/topics.h"

namespace paylog::cli {

// The log as named on the command line, with its topics.
struct OpenedLog {
  std::string directory;
  std::unique_ptr<log_sqlite::SqliteLog> log;
  runtime::PartitionCounts counts;

  [[nodiscard]] std::string SnapshotDirectory() const { return directory + "/snapshots"; }
};

// The directory behind "sqlite:DIR"; kInvalidArgument for any other form.
base::Result<std::string> ParseLogAddress(const std::string& address);

// Opens a log that is there. kNotFound says that `run` and `submit` make one.
base::Result<OpenedLog> OpenExistingLog(const std::string& address, const base::Clock& clock);

// Opens the log, or makes it with this many partitions. kInvalidArgument where it is there with
// another number and `partitions` was named (is not 0).
base::Result<OpenedLog> OpenOrCreateLog(const std::string& address, std::int32_t partitions,
                                        const base::Clock& clock);

}  // namespace paylog::cli
