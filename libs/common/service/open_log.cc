#include "paylog/service/open_log.h"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "paylog/log_socket/frozen_log.h"
#include "paylog/service/kafka_properties.h"

namespace paylog::service {
namespace {

using base::Error;
using base::ErrorCode;

// What the log is opened for.
enum class Purpose { kUse, kMake, kServe };

// How long an owner may take to begin serving, or to end.
constexpr std::chrono::seconds kOwnerWait{5};
constexpr std::chrono::milliseconds kOwnerLookAgain{20};
// Partitions that a broker died with have other leaders after 9 s by Kafka's defaults, and after
// some 12 s where it led the controllers as well: longer than one look at a topic lasts.
constexpr std::chrono::seconds kLeaderWait{30};
constexpr std::chrono::seconds kLeaderLookAgain{1};

base::Result<void> OpenOwned(const std::string& directory, bool create, const base::Clock& clock,
                             OpenedLog& opened) {
  PAYLOG_ASSIGN(auto log, log_sqlite::SqliteLog::Open(
                              {.directory = directory, .create = create, .clock = &clock}));
  opened.embedded = log.get();
  opened.log = std::move(log);
  return {};
}

base::Result<void> OpenServed(const std::string& directory, Purpose purpose, OpenedLog& opened) {
  PAYLOG_ASSIGN(auto log, log_socket::SocketLog::Connect(directory));
  if (purpose == Purpose::kServe) {
    return Error{
        .code = ErrorCode::kBusy,
        .context = "process " + std::to_string(log->owner()) + " serves " + directory + " already"};
  }
  opened.served = log.get();
  opened.log = std::move(log);
  return {};
}

// Whoever has the log either serves it or will soon be done with it.
base::Result<void> OpenEmbedded(const std::string& directory, Purpose purpose,
                                const base::Clock& clock, OpenedLog& opened) {
  const auto deadline = std::chrono::steady_clock::now() + kOwnerWait;
  while (true) {
    auto owned = OpenOwned(directory, purpose != Purpose::kUse, clock, opened);
    if (owned || owned.error().code != ErrorCode::kBusy) {
      return owned;
    }
    auto served = OpenServed(directory, purpose, opened);
    if (served || served.error().code != ErrorCode::kNotFound) {
      return served;
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return owned;
    }
    std::this_thread::sleep_for(kOwnerLookAgain);
  }
}

base::Result<void> OpenKafka(const std::string& brokers, const LogOptions& options,
                             OpenedLog& opened) {
  PAYLOG_ASSIGN(
      auto properties,
      CollectKafkaProperties(options.kafka_properties, ProcessEnvironment(), options.kafka_config));
  const WarningGate& gate = *opened.gate;
  PAYLOG_ASSIGN(auto log,
                log_kafka::KafkaLog::Open({.brokers = brokers,
                                           .properties = std::move(properties),
                                           .replication_factor = options.replication_factor,
                                           .warn = [&gate](const std::string& warning) {
                                             if (gate.open) {
                                               gate.warn(warning);
                                             }
                                           }}));
  opened.kafka = log.get();
  opened.log = std::move(log);
  return {};
}

std::string MoreOf(const std::vector<std::string>& weaknesses) {
  return weaknesses.size() < 2 ? ""
                               : " (and " + std::to_string(weaknesses.size() - 1) +
                                     " more such findings; `paylog topics create` lists them)";
}

// Without looking at its topics.
base::Result<OpenedLog> Open(const LogOptions& options, Purpose purpose, const base::Clock& clock,
                             const WarningSink& warn) {
  PAYLOG_TRY(CheckLogOptions(options));
  PAYLOG_ASSIGN(const LogAddress address, ParseLogAddress(options.address));
  OpenedLog opened{.gate = std::make_unique<WarningGate>(warn),
                   .snapshot_directory = SnapshotDirectory(options, address)};
  if (address.kind == LogKind::kSqlite) {
    PAYLOG_TRY(OpenEmbedded(address.place, purpose, clock, opened));
  } else {
    PAYLOG_TRY(OpenKafka(address.place, options, opened));
  }
  return opened;
}

// Snapshots of a log that had the same brokers before are no use to this one, and would be refused.
base::Result<void> Finish(const LogOptions& options, OpenedLog& opened) {
  if (opened.kafka != nullptr && options.snapshots.empty()) {
    PAYLOG_ASSIGN(const base::TimestampMs made, runtime::ReadTimeMade(*opened.log));
    opened.snapshot_directory += "/log-" + std::to_string(made.value());
  }
  opened.gate->open = true;
  return {};
}

// Waits for leaders of the topics where somebody answers for the log; who finds nobody does not
// come this far.
base::Result<runtime::PartitionCounts> OpenTopics(const OpenedLog& opened) {
  const auto deadline = std::chrono::steady_clock::now() + kLeaderWait;
  while (true) {
    auto counts = runtime::OpenTopics(*opened.log);
    if (counts || !counts.error().retriable || std::chrono::steady_clock::now() >= deadline) {
      return counts;
    }
    opened.gate->warn("the log cannot be opened yet: " + counts.error().ToString());
    std::this_thread::sleep_for(kLeaderLookAgain);
  }
}

base::Result<OpenedLog> Make(const LogOptions& options, std::int32_t partition_count,
                             Purpose purpose, const base::Clock& clock, const WarningSink& warn) {
  PAYLOG_ASSIGN(OpenedLog opened, Open(options, purpose, clock, warn));
  PAYLOG_ASSIGN(opened.counts, runtime::CreateTopics(*opened.log, clock, partition_count));
  PAYLOG_TRY(Finish(options, opened));
  return opened;
}

}  // namespace

base::Result<OpenedLog> OpenExistingLog(const LogOptions& options, const base::Clock& clock,
                                        const WarningSink& warn) {
  auto opened = Open(options, Purpose::kUse, clock, warn);
  if (!opened) {
    if (opened.error().code == ErrorCode::kNotFound) {
      return Error{.code = ErrorCode::kNotFound,
                   .context = "there is no log at " + options.address +
                              "; `paylog run` and `paylog submit` make one"};
    }
    return opened.error();
  }
  PAYLOG_ASSIGN(opened->counts, OpenTopics(*opened));
  PAYLOG_TRY(Finish(options, *opened));
  return opened;
}

base::Result<OpenedLog> OpenOrCreateLog(const LogOptions& options, std::int32_t partition_count,
                                        const base::Clock& clock, const WarningSink& warn) {
  PAYLOG_ASSIGN(const LogAddress address, ParseLogAddress(options.address));
  if (address.kind == LogKind::kSqlite) {
    return CreateLog(options, partition_count, clock, warn);
  }
  PAYLOG_ASSIGN(OpenedLog opened, OpenExistingLog(options, clock, warn));
  PAYLOG_TRY(runtime::CheckPartitionCount(opened.counts, partition_count));
  return opened;
}

base::Result<OpenedLog> CreateLog(const LogOptions& options, std::int32_t partition_count,
                                  const base::Clock& clock, const WarningSink& warn) {
  return Make(options, partition_count, Purpose::kMake, clock, warn);
}

base::Result<OpenedLog> OpenLogToServe(const LogOptions& options, std::int32_t partition_count,
                                       const base::Clock& clock, const WarningSink& warn) {
  PAYLOG_ASSIGN(const LogAddress address, ParseLogAddress(options.address));
  if (address.kind == LogKind::kSqlite) {
    return Make(options, partition_count, Purpose::kServe, clock, warn);
  }
  return OpenOrCreateLog(options, partition_count, clock, warn);
}

base::Result<void> Freeze(OpenedLog& opened) {
  if (opened.served == nullptr) {
    return {};
  }
  PAYLOG_ASSIGN(log::LogCut cut, opened.served->Cut());
  opened.log = std::make_unique<log_socket::FrozenLog>(std::move(opened.log), std::move(cut));
  return {};
}

base::Result<std::vector<std::string>> FindWeaknesses(OpenedLog& opened, bool strict) {
  if (opened.kafka == nullptr) {
    return std::vector<std::string>();
  }
  std::vector<std::string> topics;
  for (const log::TopicSpec& spec : runtime::TopicSpecs(opened.counts)) {
    topics.push_back(spec.name);
  }
  PAYLOG_ASSIGN(std::vector<std::string> weaknesses, opened.kafka->FindWeaknesses(topics));
  if (strict && !weaknesses.empty()) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "--strict: " + weaknesses.front() + MoreOf(weaknesses)};
  }
  return weaknesses;
}

base::Result<void> WarnOfWeaknesses(OpenedLog& opened, bool strict, const WarningSink& warn) {
  PAYLOG_ASSIGN(const auto weaknesses, FindWeaknesses(opened, strict));
  if (!weaknesses.empty()) {
    warn(weaknesses.front() + MoreOf(weaknesses));
  }
  return {};
}

base::Result<std::optional<log_sqlite::OwnerLock>> ClaimSnapshots(const OpenedLog& opened) {
  using Claim = std::optional<log_sqlite::OwnerLock>;
  const std::string& directory = opened.snapshot_directory;
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return Error{.code = ErrorCode::kIo, .context = directory + ": " + error.message()};
  }
  if (opened.kafka == nullptr) {
    return Claim();
  }
  auto lock = log_sqlite::OwnerLock::Take(directory + "/owner.lock");
  if (!lock && lock.error().code == ErrorCode::kBusy) {
    return Error{.code = ErrorCode::kBusy,
                 .context = "another process keeps its snapshots in " + directory +
                            "; --snapshots DIR gives each instance a directory of its own"};
  }
  if (!lock) {
    return lock.error();
  }
  return Claim(std::move(*lock));
}

}  // namespace paylog::service
