#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "paylog/cli/commands.h"
#include "paylog/cli/output.h"
#include "paylog/service/stop_signal.h"
#include "paylog/simulation/campaign.h"
#include "paylog/simulation/shrink.h"

namespace paylog::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kShrinkRunsMax = 1'000;
constexpr std::chrono::seconds kShrinkTime{60};

// What the arguments ask for.
struct Plan {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  std::optional<std::string> scenario;  // The file's text.
};

bool ReadSeed(std::string_view text, std::uint64_t& seed) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  return error == std::errc() && end == text.data() + text.size();
}

base::Result<Plan> MakePlan(const SimulateArguments& arguments) {
  Plan plan;
  if (!arguments.scenario.empty()) {
    std::ifstream file(arguments.scenario);
    if (!file) {
      return base::InvalidArgument("cannot read " + arguments.scenario);
    }
    plan.scenario.emplace(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    PAYLOG_ASSIGN(const simulation::Scenario parsed, simulation::Parse(*plan.scenario));
    plan.first = plan.last = parsed.seed;
  }
  const std::string& seeds = arguments.seeds;
  if (const std::size_t dots = seeds.find(".."); dots != std::string::npos) {
    if (!ReadSeed(seeds.substr(0, dots), plan.first) ||
        !ReadSeed(seeds.substr(dots + 2), plan.last) || plan.first > plan.last) {
      return base::InvalidArgument("--seeds is A..B, two whole numbers with A <= B, not '" + seeds +
                                   "'");
    }
  } else if (!seeds.empty()) {
    return base::InvalidArgument("--seeds is A..B, not '" + seeds + "'; --seed N runs one");
  } else if (arguments.seed) {
    plan.first = plan.last = *arguments.seed;
  } else if (arguments.minutes > 0 && !plan.scenario) {
    plan.last = std::numeric_limits<std::uint64_t>::max();
  } else if (!plan.scenario) {
    return base::InvalidArgument(
        "--seed N, --seeds A..B, --minutes M or --scenario FILE says what to run");
  }
  return plan;
}

// A user's scenario under another seed: what the file leaves out is drawn from that one.
simulation::Scenario ScenarioOf(const Plan& plan, std::uint64_t seed) {
  if (!plan.scenario) {
    return simulation::Draw(seed);
  }
  // The last line wins. The file was parsed before.
  return simulation::Parse(*plan.scenario + "\nseed " + std::to_string(seed) + '\n').value();
}

void PrintFailure(const simulation::Scenario& scenario, const simulation::Report& report) {
  for (const simulation::Violation& violation : report.violations) {
    std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(scenario.seed),
                violation.check.c_str(), violation.what.c_str());
  }
}

// Finds the faults that matter, and writes them to a file that runs again.
void Explain(const simulation::Scenario& scenario, const simulation::Report& report) {
  const simulation::Scenario shrunk =
      simulation::Shrink(scenario, report, kShrinkRunsMax, kShrinkTime,
                         [](const simulation::Scenario& one) { return simulation::Simulate(one); });
  const std::string path = "simulation-" + std::to_string(scenario.seed) + ".scenario";
  std::ofstream file(path);
  file << "# paylog simulate --scenario " << path
       << "\n# Fails with: " << report.violations.front().check << ": "
       << report.violations.front().what << '\n'
       << simulation::Format(shrunk);
  std::printf("%zu of %zu faults are enough: %s\n", shrunk.faults->size(), report.faults.size(),
              file.flush() ? path.c_str() : "the file cannot be written");
}

void PrintCounts(const simulation::Totals& totals) {
  for (const auto& [name, count] : totals.counts) {
    std::printf("  %-44s %12lld\n", name.c_str(), static_cast<long long>(count));
  }
}

void PrintSummary(const simulation::Totals& totals, std::chrono::duration<double> elapsed) {
  const double real = std::max(elapsed.count(), 1e-3);
  const auto runs = static_cast<double>(totals.passed + totals.failed);
  const double simulated = std::chrono::duration<double>(totals.simulated).count();
  std::printf("%.0f seeds in %.1f s: %.1f seeds/s\n", runs, real, runs / real);
  std::printf("steps %lld, commands %lld, journal events %lld\n",
              static_cast<long long>(totals.steps), static_cast<long long>(totals.commands),
              static_cast<long long>(totals.events));
  std::printf("simulated %.0f s: %.0f times real time\n", simulated, simulated / real);
}

// Exit code 1 where something that must happen in so many runs did not.
bool CheckCoverage(const simulation::Totals& totals) {
  const auto missing = simulation::FindNeverHappened(totals);
  for (const std::string& name : missing) {
    std::printf("never happened: %s\n", name.c_str());
  }
  return missing.empty();
}

void PrintOne(const simulation::Scenario& scenario, const simulation::Report& report) {
  std::printf("%strace digest %016llx\n", simulation::Format(scenario).c_str(),
              static_cast<unsigned long long>(report.digest));
}

}  // namespace

int JobsOf(int asked) {
  const auto processors = static_cast<int>(std::thread::hardware_concurrency());
  return asked > 0 ? asked : std::max(1, processors);
}

ExitCode Simulate(const SimulateArguments& arguments) {
  const auto plan = MakePlan(arguments);
  if (!plan) {
    return ReportUsage(plan.error().context);
  }
  if (const auto place = simulation::CheckTemporaryDirectory(); !place) {
    return ReportError(place.error().ToString());
  }
  const service::StopSignal stop;
  const auto begun = SteadyClock::now();
  std::vector<std::pair<simulation::Scenario, simulation::Report>> failed;
  const simulation::Totals totals = simulation::RunAll({
      .first_seed = plan->first,
      .last_seed = plan->last,
      .jobs = arguments.trace ? 1 : JobsOf(arguments.jobs),
      .time = std::chrono::minutes(arguments.minutes),
      .stopped = [&stop] { return stop.requested(); },
      .trace = arguments.trace ? &std::cout : nullptr,
      .scenario = [&](std::uint64_t seed) { return ScenarioOf(*plan, seed); },
      .on_report =
          [&](const simulation::Scenario& scenario, const simulation::Report& report) {
            if (plan->first == plan->last) {
              PrintOne(scenario, report);
            }
            if (!report.violations.empty()) {
              PrintFailure(scenario, report);
              failed.emplace_back(scenario, report);
            }
          },
  });
  const auto elapsed = SteadyClock::now() - begun;
  if (!failed.empty() && !stop.requested()) {
    Explain(failed.front().first, failed.front().second);
  }
  PrintCounts(totals);
  const bool covered = !arguments.require_all || CheckCoverage(totals);
  PrintSummary(totals, elapsed);
  std::printf("seeds: %lld passed, %lld failed\n", static_cast<long long>(totals.passed),
              static_cast<long long>(totals.failed));
  return totals.failed == 0 && covered && !stop.requested() ? ExitCode::kDone
                                                            : ExitCode::kIncomplete;
}

}  // namespace paylog::cli
