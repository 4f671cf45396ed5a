#include "paylog/cli/open_log.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace paylog::cli {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kSqlitePrefix = "sqlite:";
constexpr std::int32_t kDefaultPartitions = 4;

base::Result<OpenedLog> Open(const std::string& address, bool create, const base::Clock& clock) {
  PAYLOG_ASSIGN(std::string directory, ParseLogAddress(address));
  PAYLOG_ASSIGN(auto log, log_sqlite::SqliteLog::Open(
                              {.directory = directory, .create = create, .clock = &clock}));
  return OpenedLog{.directory = std::move(directory), .log = std::move(log), .counts = {}};
}

}  // namespace

base::Result<std::string> ParseLogAddress(const std::string& address) {
  if (!address.starts_with(kSqlitePrefix) || address.size() == kSqlitePrefix.size()) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "--log '" + address + "' is not of the form sqlite:DIR"};
  }
  return address.substr(kSqlitePrefix.size());
}

base::Result<OpenedLog> OpenExistingLog(const std::string& address, const base::Clock& clock) {
  auto opened = Open(address, /*create=*/false, clock);
  if (!opened) {
    if (opened.error().code == ErrorCode::kNotFound) {
      return Error{.code = ErrorCode::kNotFound,
                   .context = "there is no log at " + address +
                              "; `paylog run` and `paylog submit` make one"};
    }
    return opened.error();
  }
  PAYLOG_ASSIGN(opened->counts, runtime::ReadPartitionCounts(*opened->log));
  return opened;
}

base::Result<OpenedLog> OpenOrCreateLog(const std::string& address, std::int32_t partitions,
                                        const base::Clock& clock) {
  PAYLOG_ASSIGN(OpenedLog opened, Open(address, /*create=*/true, clock));
  PAYLOG_ASSIGN(const auto topics, opened.log->ListTopics());
  if (topics.empty()) {
    const auto specs = runtime::TopicSpecs(partitions > 0 ? partitions : kDefaultPartitions);
    PAYLOG_TRY(opened.log->CreateTopics(specs));
  }
  PAYLOG_ASSIGN(opened.counts, runtime::ReadPartitionCounts(*opened.log));
  if (partitions > 0 && opened.counts.inbox != partitions) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "the log at " + address + " has " +
                            std::to_string(opened.counts.inbox) + " partitions, not " +
                            std::to_string(partitions) +
                            "; their number is fixed when the log is made"};
  }
  std::error_code error;
  std::filesystem::create_directories(opened.SnapshotDirectory(), error);
  if (error) {
    return Error{.code = ErrorCode::kIo,
                 .context = opened.SnapshotDirectory() + ": " + error.message()};
  }
  return opened;
}

}  // namespace paylog::cli
