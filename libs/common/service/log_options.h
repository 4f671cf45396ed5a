#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "paylog/base/result.h"

// Which log a process uses, as its command line says.
namespace paylog::service {

struct LogOptions {
  std::string address;                        // "sqlite:DIR" or "kafka:HOST:PORT[,HOST:PORT...]".
  std::vector<std::string> kafka_properties;  // "name=value", librdkafka's.
  std::string kafka_config;                   // A file of such; empty: none.
  std::string snapshots;                      // A directory; empty: as the kind of log has it.
  std::int16_t replication_factor = 0;        // Of topics that are made; 0: as there are brokers.
};

enum class LogKind { kSqlite, kKafka };

struct LogAddress {
  LogKind kind = LogKind::kSqlite;
  std::string place;  // The directory, or the brokers.
};

// kInvalidArgument for any other form.
base::Result<LogAddress> ParseLogAddress(const std::string& address);

// What can be known of the options without looking at anything else. kInvalidArgument.
base::Result<void> CheckLogOptions(const LogOptions& options);

// Where ledger snapshots are kept; on Kafka, unless one is named, in a directory of the log's
// within.
std::string SnapshotDirectory(const LogOptions& options, const LogAddress& address);

}  // namespace paylog::service
