#pragma once

#include <cstdint>
#include <string>

#include "paylog/base/result.h"
#include "paylog/service/log_options.h"

// NOLINTNEXTLINE(readability-identifier-naming): CLI11 named it.
namespace CLI {
class App;
class Option;
}  // namespace CLI

// Options that several commands and services share, on a CLI11 command. What they fill must outlive
// the parsing.
namespace paylog::service {

inline constexpr const char* kVersion = "0.1.0";

// The head in the help under which the options of AddLogFlags stand.
inline constexpr const char* kLogFlagsGroup = "Log";

// --log, --kafka-property, --kafka-config.
void AddLogFlags(CLI::App& command, LogOptions& options);
// --snapshots, for those who read or write them.
void AddSnapshotsFlag(CLI::App& command, LogOptions& options);
// --strict, for those who serve or make a log.
void AddStrictFlag(CLI::App& command, bool& strict);
void AddSnapshotEventsFlag(CLI::App& command, std::int64_t& snapshot_events);
void AddBatchRecordsFlag(CLI::App& command, std::size_t& batch_records_max);

// --webhooks, for those who send them.
CLI::Option* AddWebhooksFlag(CLI::App& command, std::string& endpoint_file);

// Makes the option take whole numbers, named N, of at least `min` only, with an error that people
// can read.
void TakeWholeNumber(CLI::Option& option, std::int64_t min);

}  // namespace paylog::service
