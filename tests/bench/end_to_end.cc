#include <algorithm>
#include <vector>

#include "paylog/tests/bench/benchmarks.h"
#include "paylog/tests/bench/resources.h"

namespace paylog::bench {
namespace {

constexpr std::int64_t kMadeAtOnce = 100'000;
constexpr double kMebibyte = 1 << 20;
constexpr double kMicro = 1e6;

base::Result<void> SubmitTransfers(BenchLog& log, Workload& workload, std::int64_t count) {
  for (std::int64_t made = 0; made < count; made += kMadeAtOnce) {
    std::vector<Submission> submissions;
    for (std::int64_t i = made; i < std::min(made + kMadeAtOnce, count); ++i) {
      submissions.push_back(workload.Next(static_cast<std::uint64_t>(i)));
    }
    PAYLOG_TRY(log.Submit(submissions));
  }
  return {};
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
                            const WorkloadOptions& options, std::int64_t commands, Report& report) {
  PAYLOG_ASSIGN(const auto log, BenchLog::Open(setup));
  Workload workload(options);
  PAYLOG_TRY(log->SetUpAccounts(workload));
  PAYLOG_TRY(SubmitTransfers(*log, workload, commands));
  PAYLOG_ASSIGN(const auto readers, ResultReaders::Start(*log, [](const auto&) {}));
  const Resources begin = Resources::Now();
  PAYLOG_TRY(log->StartStages());
  readers->WaitForCount(commands);
  const Resources end = Resources::Now();
  PAYLOG_TRY(log->StopStages());
  const auto count = static_cast<double>(commands);
  report.Add(name, count / SecondsBetween(begin, end), "payments/s");
  report.Add(name + "_cpu", (end.cpu_seconds - begin.cpu_seconds) / count * kMicro, "us/payment");
  const auto written = static_cast<double>(end.bytes_written - begin.bytes_written);
  report.Add(name + "_written", written / count, "bytes/payment");
  report.Add(name + "_peak_memory", static_cast<double>(end.peak_bytes) / kMebibyte, "MiB");
  return {};
}

}  // namespace paylog::bench
