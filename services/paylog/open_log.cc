#include "paylog/cli/open_log.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "paylog/runtime/settings.h"

namespace paylog::cli {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kSqlitePrefix = "sqlite:";

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
  PAYLOG_ASSIGN(opened->counts, runtime::OpenTopics(*opened->log));
  return opened;
}

base::Result<OpenedLog> OpenOrCreateLog(const std::string& address, std::int32_t partitions,
                                        const base::Clock& clock) {
  PAYLOG_ASSIGN(OpenedLog opened, Open(address, /*create=*/true, clock));
  PAYLOG_ASSIGN(opened.counts, runtime::CreateTopics(*opened.log, clock, partitions));
  std::error_code error;
  std::filesystem::create_directories(opened.SnapshotDirectory(), error);
  if (error) {
    return Error{.code = ErrorCode::kIo,
                 .context = opened.SnapshotDirectory() + ": " + error.message()};
  }
  return opened;
}

}  // namespace paylog::cli
