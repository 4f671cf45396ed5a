#include <algorithm>
#include <filesystem>
#include <vector>

#include "paylog/audit/auditor.h"
#include "paylog/tests/bench/benchmarks.h"
#include "paylog/tests/bench/resources.h"

namespace paylog::bench {
namespace {

constexpr std::int64_t kMadeAtOnce = 100'000;

// From nothing to every partition taken over, of a history that is all processed.
base::Result<double> TimeToServe(const LogSetup& setup) {
  const Resources begin = Resources::Now();
  PAYLOG_ASSIGN(const auto log, BenchLog::Open(setup));
  PAYLOG_TRY(log->StartStages());
  PAYLOG_TRY(log->WaitUntilIdle());
  const Resources end = Resources::Now();
  PAYLOG_TRY(log->StopStages());
  return SecondsBetween(begin, end);
}

base::Result<void> MakeHistory(const LogSetup& setup, const WorkloadOptions& options,
                               std::int64_t commands) {
  PAYLOG_ASSIGN(const auto log, BenchLog::Open(setup));
  Workload workload(options);
  PAYLOG_TRY(log->SetUpAccounts(workload));
  PAYLOG_TRY(log->StartStages());
  for (std::int64_t made = 0; made < commands; made += kMadeAtOnce) {
    std::vector<Submission> submissions;
    for (std::int64_t i = made; i < std::min(made + kMadeAtOnce, commands); ++i) {
      submissions.push_back(workload.Next(static_cast<std::uint64_t>(i)));
    }
    PAYLOG_TRY(log->Submit(submissions));
    PAYLOG_TRY(log->WaitUntilIdle());
  }
  return log->StopStages();
}

base::Result<void> AuditSpeed(const std::string& name, const LogSetup& setup, Report& report) {
  const base::SystemClock clock;
  PAYLOG_ASSIGN(const auto opened, service::OpenExistingLog({.address = setup.address}, clock,
                                                            [](const std::string&) {}));
  audit::AuditReport found;
  const Resources begin = Resources::Now();
  const audit::Verdict verdict = audit::Audit(*opened.log, opened.counts, "", found);
  const Resources end = Resources::Now();
  if (const base::Error* const error = verdict.error()) {
    return *error;
  }
  if (!verdict.ok()) {
    return base::Error{.code = base::ErrorCode::kCorrupt,
                       .context = "the audit found a difference"};
  }
  std::int64_t events = 0;
  for (const audit::LedgerReport& ledger : found.ledgers) {
    events += ledger.events;
  }
  report.Add(name + "_audit", static_cast<double>(events) / SecondsBetween(begin, end), "events/s");
  return {};
}

}  // namespace

base::Result<void> RecoveryTime(const std::string& name, const LogSetup& setup,
                                const WorkloadOptions& options, std::int64_t commands,
                                Report& report) {
  PAYLOG_TRY(MakeHistory(setup, options, commands));
  PAYLOG_ASSIGN(const double with, TimeToServe(setup));
  report.Add(name + "_with_snapshot", with, "s");
  PAYLOG_TRY(AuditSpeed(name, setup, report));
  const std::string directory = setup.address.substr(setup.address.find(':') + 1);
  std::filesystem::remove_all(directory + "/snapshots");
  PAYLOG_ASSIGN(const double without, TimeToServe(setup));
  report.Add(name + "_without_snapshot", without, "s");
  return {};
}

}  // namespace paylog::bench
