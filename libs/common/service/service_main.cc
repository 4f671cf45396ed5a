#include "paylog/service/service_main.h"

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>

#include "paylog/service/exit_code.h"
#include "paylog/service/flags.h"
#include "paylog/service/lag_sampler.h"
#include "paylog/service/open_log.h"
#include "paylog/service/process.h"
#include "paylog/service/stage_telemetry.h"
#include "paylog/service/stop_signal.h"
#include "paylog/telemetry/http_server.h"

namespace paylog::service {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookAgain{100};
constexpr milliseconds kSampleInterval{5'000};
constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

struct Arguments {
  LogOptions log;
  bool strict = false;
  std::int64_t snapshot_events = 100'000;
  std::size_t batch_records_max = runtime::kBatchRecordsMax;
  std::string webhooks;
  bool standby = false;
  std::string http = "127.0.0.1:0";
  std::string format = "text";
  std::string severity = "info";
};

// How the process ends without serving; nullopt: it serves.
std::optional<ExitCode> ParseArguments(int argc, const char* const* argv,
                                       const ServiceDescription& description,
                                       Arguments& arguments) {
  CLI::App app(description.name + ": " + description.purpose);
  app.set_version_flag("--version", description.name + ' ' + kVersion);
  AddLogFlags(app, arguments.log);
  AddStrictFlag(app, arguments.strict);
  if (description.keeps_snapshots) {
    AddSnapshotsFlag(app, arguments.log);
    AddSnapshotEventsFlag(app, arguments.snapshot_events);
  }
  if (description.can_stand_by) {
    app.add_flag("--standby", arguments.standby,
                 "Follow the partitions that other instances have, so that a take-over reads only "
                 "what came last; costs their memory");
  }
  if (description.sends_webhooks) {
    AddWebhooksFlag(app, arguments.webhooks)->required();
  }
  AddBatchRecordsFlag(app, arguments.batch_records_max);
  app.add_option("--http", arguments.http,
                 "Where /healthz, /readyz and /metrics are served, without authentication: "
                 "HOST:PORT; port 0 takes one that is free")
      ->capture_default_str();
  app.add_option("--log-format", arguments.format, "Of diagnostics on standard error: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--log-level", arguments.severity, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  std::string wrong;
  try {
    app.parse(argc, argv);
    const auto address = ParseLogAddress(arguments.log.address);
    if (auto checked = CheckLogOptions(arguments.log); !checked) {
      wrong = checked.error().context;
    } else if (address->kind == LogKind::kSqlite) {
      wrong = "an embedded log is served by `paylog run`, as one process has it at a time; --log " +
              arguments.log.address;
    }
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      (void)app.exit(error);  // Prints the help or the version.
      return ExitCode::kDone;
    }
    wrong = error.what();
  }
  if (wrong.empty()) {
    return std::nullopt;
  }
  std::replace(wrong.begin(), wrong.end(), '\n', ' ');
  std::cerr << description.name << ": " << wrong << "; --help tells more\n";
  return ExitCode::kUsage;
}

telemetry::HttpServer::Handlers MakeHandlers(const runtime::StageRunner& stage,
                                             telemetry::Metrics& metrics) {
  using telemetry::HttpResponse;
  constexpr int kUnavailable = 503;
  return {{"/healthz",
           [&stage] {
             const auto failure = stage.failure();
             return failure
                        ? HttpResponse{.status = kUnavailable, .body = failure->ToString() + '\n'}
                        : HttpResponse{.body = "ok\n"};
           }},
          {"/readyz",
           [&stage] {
             const auto reason = stage.WhyNotReady();
             return reason ? HttpResponse{.status = kUnavailable, .body = *reason + '\n'}
                           : HttpResponse{.body = "ready\n"};
           }},
          {"/metrics", [&metrics] {
             return HttpResponse{.body = metrics.Render(), .content_type = kMetricsType};
           }}};
}

// Serves until told to stop, or until it cannot go on.
base::Result<void> Serve(const ServiceDescription& description, const Arguments& arguments,
                         const StopSignal& stop, telemetry::Diagnostics& diagnostics) {
  const base::SystemClock clock;
  const auto warn = [&](const std::string& message) { diagnostics.Warning(message); };
  PAYLOG_ASSIGN(OpenedLog opened, OpenExistingLog(arguments.log, clock, warn));
  std::optional<log_sqlite::OwnerLock> snapshots;
  if (description.keeps_snapshots) {
    PAYLOG_ASSIGN(snapshots, ClaimSnapshots(opened));
  }
  PAYLOG_TRY(WarnOfWeaknesses(opened, arguments.strict, warn));
  runtime::Counters counters;
  telemetry::Metrics metrics;
  StageTelemetry observer(description.stage, opened.counts.*description.input_partitions, counters,
                          metrics, diagnostics);
  metrics.SetRefresh([&] { observer.Refresh(); });
  PAYLOG_ASSIGN(const auto stage,
                description.make_stage(*opened.log,
                                       {.counts = opened.counts,
                                        .snapshot_directory = opened.snapshot_directory,
                                        .snapshot_events = arguments.snapshot_events,
                                        .batch_records_max = arguments.batch_records_max,
                                        .warn = warn,
                                        .observer = &observer,
                                        .webhooks = arguments.webhooks,
                                        .standby = arguments.standby},
                                       counters));
  PAYLOG_ASSIGN(const auto http,
                telemetry::HttpServer::Start(arguments.http, MakeHandlers(*stage, metrics)));
  PAYLOG_TRY(stage->Start());
  LagSampler sampler(*opened.log, observer, kSampleInterval);
  sampler.Start();
  diagnostics.Info(
      "serving",
      {{"log", arguments.log.address}, {"http", http->address()}, {"version", kVersion}});
  std::int64_t seen = 0;
  while (!stop.requested() && !stage->failure()) {
    counters.WaitForChange(seen, kLookAgain);
  }
  if (stop.requested()) {
    diagnostics.Info("stopping: batches are finished, nothing new is begun");
  }
  return stage->Stop();
}

}  // namespace

int ServiceMain(int argc, const char* const* argv, const ServiceDescription& description) {
  PrepareProcess();
  IgnoreBrokenPipes();
  Arguments arguments;
  if (const auto ended = ParseArguments(argc, argv, description, arguments)) {
    return static_cast<int>(*ended);
  }
  const StopSignal stop;
  telemetry::Diagnostics diagnostics({.service = description.name,
                                      .format = *telemetry::ParseLineFormat(arguments.format),
                                      .lowest = *telemetry::ParseSeverity(arguments.severity)});
  if (auto served = Serve(description, arguments, stop, diagnostics); !served) {
    diagnostics.Error(served.error().ToString());
    return static_cast<int>(ExitCode::kOperatingError);
  }
  diagnostics.Info("stopped");
  return static_cast<int>(ExitCode::kDone);
}

}  // namespace paylog::service
