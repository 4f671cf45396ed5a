#include "paylog/tests/bench/system.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string_view>

#include "paylog/base/check.h"
#include "paylog/runtime/topics.h"

namespace paylog::bench {
namespace {

constexpr std::chrono::milliseconds kWait{100};
constexpr std::size_t kSendAtOnce = 20'000;
constexpr std::int64_t kMadeAtOnce = 100'000;

const base::Clock& TheClock() {
  static const base::SystemClock clock;
  return clock;
}

void Warn(const std::string& message) {
  std::cerr << "warning: " << message << '\n';
}

bool Never() {
  return false;
}

}  // namespace

base::Result<std::unique_ptr<BenchLog>> BenchLog::Open(const LogSetup& setup) {
  const service::LogOptions options{.address = setup.address};
  if (setup.address.starts_with("kafka:")) {
    PAYLOG_TRY(service::CreateLog(options, setup.partitions, TheClock(), [](const auto&) {}));
  }
  PAYLOG_ASSIGN(auto opened, service::OpenLogToServe(options, setup.partitions, TheClock(), Warn));
  PAYLOG_ASSIGN(auto snapshots, service::ClaimSnapshots(opened));
  std::unique_ptr<BenchLog> log(new BenchLog(setup, std::move(opened), std::move(snapshots)));
  PAYLOG_TRY(log->ServeClients());
  return log;
}

base::Result<void> BenchLog::ServeClients() {
  if (setup_.through_socket) {
    log_sqlite::SqliteLog* const embedded = opened_.embedded;
    if (embedded == nullptr) {
      return base::InvalidArgument(setup_.address + " has no socket");
    }
    PAYLOG_ASSIGN(server_, log_socket::SocketServer::Start(
                               *embedded, [embedded] { return embedded->Cut(); },
                               {.directory = embedded->directory(),
                                .writable = {std::string(runtime::kCommandsTopic)}}));
  }
  PAYLOG_ASSIGN(log::Log* const sending, NewClient());
  PAYLOG_ASSIGN(producer_, sending->NewProducer());
  return {};
}

base::Result<log::Log*> BenchLog::NewClient() {
  if (server_ == nullptr) {
    return opened_.log.get();
  }
  PAYLOG_ASSIGN(auto connection, log_socket::SocketLog::Connect(opened_.embedded->directory()));
  return connections_.emplace_back(std::move(connection)).get();
}

base::Result<void> BenchLog::StartStages() {
  system_ = std::make_unique<cli::LocalSystem>(
      *opened_.log, cli::SystemOptions{.counts = opened_.counts,
                                       .snapshot_directory = opened_.snapshot_directory,
                                       .snapshot_events = setup_.snapshot_events,
                                       .batch_records = setup_.batch_records,
                                       .warn = Warn,
                                       .notifier = std::nullopt});
  return system_->Start();
}

base::Result<void> BenchLog::StopStages() {
  PAYLOG_TRY(system_->Stop());
  system_.reset();
  return {};
}

base::Result<void> BenchLog::WaitUntilIdle() {
  return system_->WaitUntilIdle(Never);
}

base::Result<void> BenchLog::Submit(const std::vector<Submission>& submissions) {
  std::size_t sent = 0;
  for (const Submission& submission : submissions) {
    log::Record record = submission.record;
    record.timestamp = TheClock().Now();
    PAYLOG_TRY(producer_->Send(submission.to, std::move(record)));
    if (++sent % kSendAtOnce == 0) {
      PAYLOG_TRY(producer_->Flush());
    }
  }
  return producer_->Flush();
}

base::Result<void> BenchLog::SubmitEach(std::int64_t count,
                                        const std::function<Submission(std::int64_t)>& make) {
  for (std::int64_t made = 0; made < count; made += kMadeAtOnce) {
    std::vector<Submission> submissions;
    for (std::int64_t i = made; i < std::min(made + kMadeAtOnce, count); ++i) {
      submissions.push_back(make(i));
    }
    PAYLOG_TRY(Submit(submissions));
  }
  return {};
}

base::Result<void> BenchLog::SetUpAccounts(const Workload& workload) {
  PAYLOG_TRY(StartStages());
  const auto opening = [&](std::int64_t account) { return workload.Opening(account); };
  PAYLOG_TRY(SubmitEach(workload.accounts(), opening));
  PAYLOG_TRY(WaitUntilIdle());
  const auto deposit = [&](std::int64_t account) { return workload.Deposit(account); };
  PAYLOG_TRY(SubmitEach(workload.accounts(), deposit));
  PAYLOG_TRY(WaitUntilIdle());
  return StopStages();
}

base::Result<std::unique_ptr<ResultReaders>> ResultReaders::Start(BenchLog& log, Seen seen) {
  std::unique_ptr<ResultReaders> readers(new ResultReaders(std::move(seen)));
  for (std::int32_t p = 0; p < log.partitions(); ++p) {
    PAYLOG_ASSIGN(log::Log* const client, log.NewClient());
    PAYLOG_ASSIGN(auto reader, client->NewReader(
                                   runtime::Partition(runtime::kResultsTopic, base::PartitionId(p)),
                                   log::Isolation::kReadCommitted));
    PAYLOG_ASSIGN(const base::Offset end, reader->EndOffset());
    PAYLOG_TRY(reader->Seek(end));
    readers->readers_.push_back(std::move(reader));
  }
  for (const auto& reader : readers->readers_) {
    readers->threads_.emplace_back([all = readers.get(), one = reader.get()] { all->Read(*one); });
  }
  return readers;
}

ResultReaders::~ResultReaders() {
  stopped_ = true;
  for (const auto& reader : readers_) {
    reader->Wakeup();
  }
}

void ResultReaders::Read(log::Reader& reader) {
  while (!stopped_) {
    const auto polled = reader.Poll({.wait = kWait});
    CHECK(polled || polled.error().retriable);
    if (!polled || polled->records.empty()) {
      continue;
    }
    for (const log::StoredRecord& record : polled->records) {
      seen_(record);
    }
    count_ += static_cast<std::int64_t>(polled->records.size());
    count_.notify_all();
  }
}

void ResultReaders::WaitForCount(std::int64_t count) const {
  for (std::int64_t seen = count_; seen < count; seen = count_) {
    count_.wait(seen);
  }
}

std::uint64_t TagOfResult(const log::StoredRecord& result) {
  constexpr std::string_view kName = "\"command_id\":\"";
  const std::string_view value = result.value;
  const std::size_t begin = value.find(kName);
  CHECK(begin != std::string_view::npos);
  const std::string_view rest = value.substr(begin + kName.size());
  return Workload::TagOf(rest.substr(0, rest.find('"')));
}

}  // namespace paylog::bench
