#include <algorithm>
#include <iostream>
#include <mutex>

#include "paylog/cli/commands.h"
#include "paylog/cli/ingest.h"
#include "paylog/cli/output.h"
#include "paylog/cli/progress_bar.h"
#include "paylog/service/open_log.h"
#include "paylog/service/process.h"
#include "paylog/service/stop_signal.h"

namespace paylog::cli {

void Warn(const std::string& message) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  std::cerr << "paylog: warning: " << message << '\n';
}

ExitCode ReportError(const std::string& message) {
  std::cerr << "paylog: " << message << '\n';
  return ExitCode::kOperatingError;
}

ExitCode ReportIncomplete(const std::string& message) {
  std::cerr << "paylog: " << message << '\n';
  return ExitCode::kIncomplete;
}

ExitCode ReportReading(const base::Error& error) {
  return error.code == base::ErrorCode::kShutdown
             ? ReportIncomplete("interrupted; not everything was read")
             : ReportError(error.ToString());
}

ExitCode ReportUsage(const std::string& message) {
  std::string line = message;
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::cerr << "paylog: " << line << "; --help tells more\n";
  return ExitCode::kUsage;
}

ExitCode Submit(const SubmitArguments& arguments) {
  service::IgnoreBrokenPipes();
  const base::SystemClock clock;
  const service::StopSignal stop;
  auto opened = service::OpenOrCreateLog(arguments.log, arguments.partitions, clock, Warn);
  if (!opened) {
    return ReportError(opened.error().ToString());
  }
  ProgressBar bar("submit", "lines");
  const auto report = SubmitLines(
      *opened->log, clock,
      {.path = arguments.input,
       .counts = opened->counts,
       .stopped = [&] { return stop.requested(); },
       .report_bad =
           [&](const std::string& message) {
             bar.Clear();
             std::cerr << "paylog: " << message << '\n';
           },
       .progress = [&](std::int64_t lines, const LineReader& reader,
                       std::int64_t bytes) { bar.Update(lines, bytes, reader.total_bytes()); }});
  bar.Clear();
  if (!report) {
    return ReportError(report.error().ToString());
  }
  std::cout << "submitted " << report->taken << " of " << report->lines << " commands\n";
  return report->bad > 0 || stop.requested() ? ExitCode::kIncomplete : ExitCode::kDone;
}

}  // namespace paylog::cli
