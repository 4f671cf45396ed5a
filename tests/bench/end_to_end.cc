#include "paylog/tests/bench/benchmarks.h"
#include "paylog/tests/bench/resources.h"

namespace paylog::bench {
namespace {

constexpr double kMebibyte = 1 << 20;
constexpr double kMicro = 1e6;

base::Result<void> SubmitTransfers(BenchLog& log, Workload& workload, std::int64_t count) {
  return log.SubmitEach(
      count, [&](std::int64_t i) { return workload.Next(static_cast<std::uint64_t>(i)); });
}

}  // namespace

base::Result<void> Fill(const std::string& name, const LogSetup& setup,
                        const WorkloadOptions& options, std::int64_t commands, Report& report) {
  PAYLOG_ASSIGN(const auto log, BenchLog::Open(setup));
  Workload workload(options);
  PAYLOG_TRY(SubmitTransfers(*log, workload, commands));
  report.Add(name + "_commands", static_cast<double>(commands), "commands");
  report.Add(name + "_amounts", static_cast<double>(workload.amounts()), "minor units");
  return {};
}

base::Result<void> EndToEnd(const std::string& name, const LogSetup& setup,
                            const WorkloadOptions& options, const CommandCounts& counts,
                            Report& report) {
  PAYLOG_ASSIGN(const auto log, BenchLog::Open(setup));
  Workload workload(options);
  PAYLOG_TRY(log->SetUpAccounts(workload));
  if (counts.history > 0) {
    PAYLOG_TRY(SubmitTransfers(*log, workload, counts.history));
    PAYLOG_TRY(log->StartStages());
    PAYLOG_TRY(log->WaitUntilIdle());
    PAYLOG_TRY(log->StopStages());
  }
  const std::int64_t all = counts.warm_up + counts.measured;
  PAYLOG_TRY(SubmitTransfers(*log, workload, all));
  PAYLOG_ASSIGN(const auto readers, ResultReaders::Start(*log, [](const auto&) {}));
  Resources begin = Resources::Now();
  PAYLOG_TRY(log->StartStages());
  if (counts.warm_up > 0) {
    readers->WaitForCount(counts.warm_up);
    begin = Resources::Now();
  }
  readers->WaitForCount(all);
  const Resources end = Resources::Now();
  PAYLOG_TRY(log->StopStages());
  const auto count = static_cast<double>(counts.measured);
  report.Add(name, count / SecondsBetween(begin, end), "payments/s");
  report.Add(name + "_cpu", (end.cpu_seconds - begin.cpu_seconds) / count * kMicro, "us/payment");
  const auto written = static_cast<double>(end.bytes_written - begin.bytes_written);
  report.Add(name + "_written", written / count, "bytes/payment");
  report.Add(name + "_peak_memory", static_cast<double>(end.peak_bytes) / kMebibyte, "MiB");
  return {};
}

}  // namespace paylog::bench
