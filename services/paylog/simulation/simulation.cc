#include "paylog/simulation/simulation.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "paylog/base/check.h"
#include "paylog/simulation/checks.h"
#include "paylog/simulation/cluster.h"
#include "paylog/simulation/oracle.h"
#include "paylog/simulation/webhook_oracle.h"
#include "paylog/simulation/webhook_phase.h"

namespace paylog::simulation {
namespace {

// Faults go on for so long after the last command was acknowledged.
constexpr std::int64_t kFaultyTurnsAfterwards = 200;
constexpr std::int64_t kFaultyTurnsMax = 12'000;
// Until all must be quiet without faults: some hundred turns are the rule.
constexpr std::int64_t kHealedTurnsMax = 40'000;
constexpr std::int64_t kLookEvery = 50;

std::string TemporaryPlace() {
  const char* const place = std::getenv("TMPDIR");
  return place != nullptr && *place != '\0' ? place : "/tmp";
}

// The path of a new directory, in memory where there is such a place.
base::Result<std::string> MakeDirectory() {
  std::string why;
  for (const std::string& parent : {std::string("/dev/shm"), TemporaryPlace()}) {
    std::string name = parent + "/paylog-simulate-XXXXXX";
    if (mkdtemp(name.data()) != nullptr) {
      return name;
    }
    why = parent + ": " + std::error_code(errno, std::generic_category()).message();
  }
  return base::Error{.code = base::ErrorCode::kIo,
                     .context = "a simulation needs a temporary directory; " + why};
}

// Removed at the end.
class Directory {
 public:
  Directory() : path_(MakeDirectory().value()) {}
  ~Directory() { Remove(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  static void Remove(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

void RunUnderFaults(Cluster& cluster) {
  std::int64_t left = kFaultyTurnsAfterwards;
  while (cluster.step() < kFaultyTurnsMax && left > 0) {
    cluster.Turn();
    left -= cluster.upstream().done() ? 1 : 0;
  }
}

bool RunUntilQuiet(Cluster& cluster) {
  cluster.Heal();
  for (std::int64_t turn = 0; turn < kHealedTurnsMax; ++turn) {
    cluster.Turn();
    if (turn % kLookEvery == 0 && cluster.IsQuiet()) {
      return true;
    }
  }
  return false;
}

void Append(std::vector<Violation>& all, std::vector<Violation> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void Judge(Cluster& cluster, const Scenario& scenario, Trace& trace, Report& report) {
  Append(report.violations, cluster.violations());
  if (!report.violations.empty()) {
    return;
  }
  const History history = TakeHistory(cluster);
  CountWhatHappened(history, trace, report);
  CountWebhooks(history, trace);
  Append(report.violations, FindViolations(history));
  Append(report.violations, FindWebhookViolations(history));
  const LiveStates live = TakeLiveStates(cluster);
  if (const auto closed = cluster.Close(); !closed) {
    report.violations.push_back({.check = "clean-stop", .what = closed.error().ToString()});
  }
  Append(report.violations, CheckRebuilding(cluster, live));
  Append(report.violations, CheckAudit(cluster));
  Append(report.violations, CheckLostTail(cluster, scenario.seed, trace));
}

}  // namespace

base::Result<void> CheckTemporaryDirectory() {
  PAYLOG_ASSIGN(const std::string path, MakeDirectory());
  Directory::Remove(path);
  return {};
}

Report Simulate(const Scenario& scenario, std::ostream* trace_out) {
  Report report;
  const Directory directory;
  FaultPlan plan(scenario);
  Trace trace(trace_out);
  Cluster cluster(scenario, plan, trace, directory.path());
  CHECK(cluster.Start());
  RunUnderFaults(cluster);
  if (RunUntilQuiet(cluster)) {
    if (cluster.has_notifiers()) {
      report.violations = RunUntilDelivered(cluster);
    }
    Judge(cluster, scenario, trace, report);
  } else {
    report.violations = cluster.violations();
    report.violations.push_back({.check = "not-quiet",
                                 .what = "not all commands were answered " +
                                         std::to_string(kHealedTurnsMax) +
                                         " turns after the last fault"});
  }
  report.faults = plan.happened();
  for (const FaultAt& fault : report.faults) {
    trace.Count("fault: " + fault.name);
  }
  report.counts = trace.counts();
  report.digest = trace.digest();
  report.steps = cluster.step();
  report.simulated = cluster.elapsed();
  return report;
}

}  // namespace paylog::simulation
