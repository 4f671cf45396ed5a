#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "paylog/cli/commands.h"
#include "paylog/cli/ingest.h"
#include "paylog/cli/local_system.h"
#include "paylog/cli/output.h"
#include "paylog/cli/progress_bar.h"
#include "paylog/log_socket/socket_server.h"
#include "paylog/notifier/service/http_setup.h"
#include "paylog/service/open_log.h"
#include "paylog/service/process.h"
#include "paylog/service/stop_signal.h"

namespace paylog::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

void PrintRow(const char* name, std::int64_t value) {
  std::printf("  %-24s %12lld\n", name, static_cast<long long>(value));
}

void PrintCodes(const char* name, const std::map<model::ResultCode, std::int64_t>& codes) {
  std::int64_t total = 0;
  for (const auto& [code, count] : codes) {
    total += count;
  }
  PrintRow(name, total);
  for (const auto& [code, count] : codes) {
    // The numbers stay in one column, however long the code.
    constexpr std::size_t kLineWidth = 36;
    std::string line = "    " + std::string(model::ToString(code)) + ' ';
    const std::string number = std::to_string(count);
    line.resize(std::max(line.size(), 3 + kLineWidth - number.size()), ' ');
    std::printf("%s%s\n", line.c_str(), number.c_str());
  }
}

void PrintSummary(const LocalSystem& system, bool webhooks, std::chrono::duration<double> elapsed) {
  const runtime::Tally validator = system.validator_tally();
  const runtime::Tally ledger = system.ledger_tally();
  const double seconds = elapsed.count();
  std::printf("done in %.2f s\n", seconds);
  PrintRow("commands", validator.inputs);
  PrintRow("completed", ledger.completed);
  PrintCodes("rejected", ledger.refused);
  PrintCodes("refused", validator.refused);
  PrintRow("duplicates", ledger.duplicates);
  PrintRow("dead letters", validator.dead_letters);
  if (webhooks) {
    const runtime::Tally notifier = system.notifier_tally();
    PrintRow("webhooks delivered", notifier.webhooks_delivered);
    PrintRow("webhook attempts failed", notifier.webhook_retries);
    PrintRow("webhooks given up", notifier.webhooks_dead);
  }
  PrintRow("journal events", ledger.events);
  PrintRow("invariants checked", ledger.invariants_checked);
  PrintRow(
      "payments/s",
      seconds > 0 ? static_cast<std::int64_t>(static_cast<double>(validator.inputs) / seconds) : 0);
}

// nullopt where no endpoint file was given.
base::Result<std::optional<notifier::NotifierSetup>> SetUpNotifier(
    const std::string& endpoint_file, const runtime::PartitionCounts& counts) {
  if (endpoint_file.empty()) {
    return std::optional<notifier::NotifierSetup>();
  }
  PAYLOG_ASSIGN(notifier::NotifierSetup setup,
                notifier::MakeHttpSetup(endpoint_file, counts, Warn));
  return std::optional(std::move(setup));
}

// Other commands use an embedded log through this process meanwhile; nullptr where they cannot.
std::unique_ptr<log_socket::SocketServer> ServeOthers(service::OpenedLog& opened) {
  if (opened.embedded == nullptr) {
    return nullptr;
  }
  log_sqlite::SqliteLog& log = *opened.embedded;
  auto server = log_socket::SocketServer::Start(
      log, [&log] { return log.Cut(); },
      {.directory = log.directory(), .writable = {std::string(runtime::kCommandsTopic)}});
  if (!server) {
    Warn("other commands must wait until this one ends: " + server.error().ToString());
    return nullptr;
  }
  return *std::move(server);
}

// Serves until idle, a signal or a failure. The caller still has to stop the system.
base::Result<IngestReport> Serve(const RunArguments& arguments, service::OpenedLog& opened,
                                 const base::Clock& clock, const service::StopSignal& stop,
                                 LocalSystem& system) {
  const auto stopped = [&] { return stop.requested(); };
  // Lines that nobody processes any more are not worth waiting for.
  const auto stopped_or_failed = [&] { return stop.requested() || system.has_failed(); };
  IngestReport report;
  if (!arguments.input.empty()) {
    ProgressBar bar("run", "lines");
    PAYLOG_ASSIGN(
        report,
        IngestLines(*opened.log, clock,
                    {.path = arguments.input,
                     .counts = opened.counts,
                     .stopped = stopped_or_failed,
                     .report_bad =
                         [&](const std::string& message) {
                           bar.Clear();
                           std::cerr << "paylog: " << arguments.input << ": " << message << '\n';
                         },
                     .progress =
                         [&](std::int64_t lines, const LineReader& reader, std::int64_t bytes) {
                           bar.Update(lines, bytes, reader.total_bytes());
                         }}));
  }
  if (arguments.until_idle) {
    PAYLOG_TRY(system.WaitUntilIdle(stopped));
  } else {
    PAYLOG_TRY(system.WaitUntilStopped(stopped));
  }
  return report;
}

// The named point of compaction: the clean end of a run. Brokers compact by themselves.
base::Result<void> Compact(service::OpenedLog& opened) {
  return opened.embedded != nullptr ? opened.embedded->Compact(std::string(runtime::kBalancesTopic))
                                    : base::Result<void>();
}

ExitCode ReportEnd(const RunArguments& arguments, const IngestReport& report, bool interrupted) {
  if (report.resumed_at > 0) {
    std::printf("  %s was taken up at byte %lld, where an earlier run had ended\n",
                arguments.input.c_str(), static_cast<long long>(report.resumed_at));
  }
  if (report.bad > 0) {
    std::printf("  %lld %s not taken\n", static_cast<long long>(report.bad),
                report.bad == 1 ? "line was" : "lines were");
  }
  return report.bad > 0 || interrupted ? ExitCode::kIncomplete : ExitCode::kDone;
}

}  // namespace

ExitCode Run(const RunArguments& arguments) {
  service::IgnoreBrokenPipes();
  const base::SystemClock clock;
  const service::StopSignal stop;
  auto opened = service::OpenLogToServe(arguments.log, arguments.partitions, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  const auto snapshots = service::ClaimSnapshots(*opened);
  if (!snapshots) {
    return ReportError(snapshots.error().ToString());
  }
  if (auto strong = service::WarnOfWeaknesses(*opened, arguments.strict, Warn); !strong) {
    return ReportError(strong.error().ToString());
  }
  const auto notifier = SetUpNotifier(arguments.webhooks, opened->counts);
  if (!notifier) {
    return ReportError(notifier.error().ToString());
  }
  auto server = ServeOthers(*opened);
  const SteadyClock::time_point begin = SteadyClock::now();
  LocalSystem system(*opened->log, {.counts = opened->counts,
                                    .snapshot_directory = opened->snapshot_directory,
                                    .snapshot_events = arguments.snapshot_events,
                                    .batch_records = arguments.batch_records,
                                    .warn = Warn,
                                    .notifier = *notifier});
  if (auto started = system.Start(); !started) {
    return ReportError(started.error().ToString());
  }
  if (!arguments.until_idle) {
    std::cout << "paylog serves " << arguments.log.address << " with " << opened->counts.inbox
              << " partitions; SIGTERM or Ctrl-C ends it\n"
              << std::flush;
  }
  const auto report = Serve(arguments, *opened, clock, stop, system);
  const auto elapsed = SteadyClock::now() - begin;
  server.reset();
  const auto ended = system.Stop();
  if (!report || !ended) {
    return ReportError((!ended ? ended.error() : report.error()).ToString());
  }
  if (auto compacted = Compact(*opened); !compacted) {
    return ReportError(compacted.error().ToString());
  }
  PrintSummary(system, notifier->has_value(), elapsed);
  return ReportEnd(arguments, *report, arguments.until_idle && stop.requested());
}

}  // namespace paylog::cli
