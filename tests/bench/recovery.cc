#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "paylog/audit/auditor.h"
#include "paylog/tests/bench/benchmarks.h"
#include "paylog/tests/bench/resources.h"

namespace paylog::bench {
namespace {

constexpr std::int64_t kMadeAtOnce = 100'000;

struct Recovery {
  double seconds = 0;
  double replayed = 0;  // Events.
};

// From nothing to every partition taken over, of a history that is all processed.
base::Result<Recovery> Recover(const LogSetup& setup) {
  const Resources begin = Resources::Now();
  PAYLOG_ASSIGN(const auto log, BenchLog::Open(setup));
  PAYLOG_TRY(log->StartStages());
  PAYLOG_TRY(log->WaitUntilIdle());
  const Resources end = Resources::Now();
  const auto replayed = static_cast<double>(log->stages().ledger_tally().replayed);
  PAYLOG_TRY(log->StopStages());
  return Recovery{.seconds = SecondsBetween(begin, end), .replayed = replayed};
}

// Killed where it has processed all, but for the snapshots that a clean end would save.
base::Result<void> MakeHistoryAndDie(const LogSetup& setup, const WorkloadOptions& options,
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
  (void)std::raise(SIGKILL);
  return {};
}

// By a process that is killed then. REQUIRES: no other thread runs.
base::Result<void> MakeHistory(const LogSetup& setup, const WorkloadOptions& options,
                               std::int64_t commands) {
  const pid_t child = fork();
  if (child == 0) {
    const base::Result<void> made = MakeHistoryAndDie(setup, options, commands);
    std::cerr << (made ? "not killed" : made.error().ToString()) << std::endl;
    std::_Exit(EXIT_FAILURE);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFSIGNALED(status) ||
      WTERMSIG(status) != SIGKILL) {
    return base::Error{.code = base::ErrorCode::kIo, .context = "the history was not made"};
  }
  return {};
}

base::Result<void> AuditSpeed(const std::string& name, const LogSetup& setup, Report& report) {
  const base::SystemClock clock;
  PAYLOG_ASSIGN(const auto opened, service::OpenExistingLog({.address = setup.address}, clock,
                                                            [](const std::string&) {}));
  audit::AuditReport found;
  const Resources begin = Resources::Now();
  const audit::Verdict verdict = audit::Audit(
      *opened.log,
      {.counts = opened.counts, .jobs = static_cast<int>(std::thread::hardware_concurrency())},
      found);
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
  const auto count = static_cast<double>(events);
  report.Add(name + "_audit", count / SecondsBetween(begin, end), "events/s");
  report.Add(name + "_audit_core", count / (end.cpu_seconds - begin.cpu_seconds), "events/s");
  return {};
}

}  // namespace

base::Result<void> RecoveryTime(const std::string& name, const LogSetup& setup,
                                const WorkloadOptions& options, const RecoveryOptions& recovery,
                                Report& report) {
  PAYLOG_TRY(MakeHistory(setup, options, recovery.commands));
  PAYLOG_ASSIGN(const Recovery after_kill, Recover(setup));
  report.Add(name + "_after_kill", after_kill.seconds, "s");
  report.Add(name + "_after_kill_replayed", after_kill.replayed, "events");
  PAYLOG_ASSIGN(const Recovery after_stop, Recover(setup));
  report.Add(name + "_after_stop", after_stop.seconds, "s");
  if (recovery.audit) {
    PAYLOG_TRY(AuditSpeed(name, setup, report));
  }
  const std::string directory = setup.address.substr(setup.address.find(':') + 1);
  std::filesystem::remove_all(directory + "/snapshots");
  PAYLOG_ASSIGN(const Recovery by_replay, Recover(setup));
  report.Add(name + "_without_snapshot", by_replay.seconds, "s");
  report.Add(name + "_replay", by_replay.replayed / by_replay.seconds, "events/s");
  return {};
}

}  // namespace paylog::bench
