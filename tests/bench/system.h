#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "paylog/base/clock.h"
#include "paylog/base/result.h"
#include "paylog/cli/local_system.h"
#include "paylog/log_socket/socket_log.h"
#include "paylog/log_socket/socket_server.h"
#include "paylog/service/open_log.h"
#include "paylog/tests/bench/workload.h"

namespace paylog::bench {

// A log for a benchmark: where it is, and how its stages run. Plain value.
struct LogSetup {
  std::string address;  // "sqlite:DIR" or "kafka:HOST:PORT": made, and the benchmark's own.
  std::int32_t partitions = 4;
  std::int64_t snapshot_events = 100'000;
  std::size_t batch_records = 5'000;
  bool through_socket = false;  // Those who send and read go through the owner's socket.
};

// An open log, and the stages on it while they run. Thread-safe where its parts are.
class BenchLog {
 public:
  // Makes the topics where they are not there. kInvalidArgument where there is no socket to go
  // through.
  static base::Result<std::unique_ptr<BenchLog>> Open(const LogSetup& setup);

  base::Result<void> StartStages();
  base::Result<void> StopStages();
  base::Result<void> WaitUntilIdle();

  // Durable when it returns.
  base::Result<void> Submit(const std::vector<Submission>& submissions);
  // What `make` makes of 0, 1, 2 and so on, little of it in memory at a time.
  base::Result<void> SubmitEach(std::int64_t count,
                                const std::function<Submission(std::int64_t)>& make);
  // Opens the workload's accounts and gives them money, with stages of its own.
  base::Result<void> SetUpAccounts(const Workload& workload);

  [[nodiscard]] log::Log& log() { return *opened_.log; }
  // The log for somebody who sends or reads, and waits for nobody else: a connection of its own
  // where the setup goes through the socket. Lives as long as this.
  base::Result<log::Log*> NewClient();
  [[nodiscard]] std::int32_t partitions() const { return opened_.counts.results; }
  [[nodiscard]] const cli::LocalSystem& stages() const { return *system_; }

 private:
  BenchLog(const LogSetup& setup, service::OpenedLog opened,
           std::optional<log_sqlite::OwnerLock> snapshots)
      : setup_(setup), opened_(std::move(opened)), snapshots_(std::move(snapshots)) {}
  base::Result<void> ServeClients();

  const LogSetup setup_;
  service::OpenedLog opened_;
  const std::optional<log_sqlite::OwnerLock> snapshots_;
  std::unique_ptr<log_socket::SocketServer> server_;
  std::vector<std::unique_ptr<log_socket::SocketLog>> connections_;
  std::unique_ptr<log::Producer> producer_;
  std::unique_ptr<cli::LocalSystem> system_;
};

// Reads all results that come after it was made, a thread for each partition, as a caller would:
// `seen` is called from these threads.
class ResultReaders {
 public:
  using Seen = std::function<void(const log::StoredRecord&)>;

  static base::Result<std::unique_ptr<ResultReaders>> Start(BenchLog& log, Seen seen);
  ~ResultReaders();

  [[nodiscard]] std::int64_t count() const { return count_; }
  void WaitForCount(std::int64_t count) const;

 private:
  explicit ResultReaders(Seen seen) : seen_(std::move(seen)) {}
  void Read(log::Reader& reader);

  const Seen seen_;
  std::atomic<std::int64_t> count_ = 0;
  std::atomic<bool> stopped_ = false;
  std::vector<std::unique_ptr<log::Reader>> readers_;
  std::vector<std::jthread> threads_;
};

// The tag of the command that the result answers.
std::uint64_t TagOfResult(const log::StoredRecord& result);

}  // namespace paylog::bench
