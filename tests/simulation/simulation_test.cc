#include "paylog/simulation/simulation.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "paylog/simulation/campaign.h"
#include "paylog/simulation/shrink.h"

namespace paylog::simulation {
namespace {

constexpr std::chrono::seconds kPatience{60};

std::string Trace(std::uint64_t seed) {
  std::ostringstream trace;
  (void)Simulate(Draw(seed), &trace);
  return trace.str();
}

void ExpectClean(const Report& report, const std::string& what) {
  for (const Violation& violation : report.violations) {
    ADD_FAILURE() << what << ": " << violation.check << ": " << violation.what;
  }
}

TEST(SimulationTest, TheSameSeedGivesTheSameTrace) {
  for (const std::uint64_t seed : {1U, 7U, 42U}) {
    const std::string first = Trace(seed);
    EXPECT_GT(first.size(), 10'000U);
    EXPECT_EQ(first, Trace(seed)) << "seed " << seed;
  }
  EXPECT_NE(Trace(1), Trace(2));
}

TEST(SimulationTest, AListOfItsFaultsGivesTheSameRun) {
  Scenario scenario = Draw(3);
  const Report drawn = Simulate(scenario);
  ASSERT_GT(drawn.faults.size(), 20U);
  scenario.faults = drawn.faults;
  EXPECT_EQ(Simulate(scenario).digest, drawn.digest);
  scenario.faults->clear();
  const Report without = Simulate(scenario);
  EXPECT_NE(without.digest, drawn.digest);
  EXPECT_TRUE(without.faults.empty());
}

TEST(SimulationTest, SeedsAreClean) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    ExpectClean(Simulate(Draw(seed)), "seed " + std::to_string(seed));
  }
}

// Each was a failure once.
TEST(SimulationTest, RegressionsAreClean) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(PAYLOG_SOURCE_DIR) +
                                                               "/tests/simulation/regressions")) {
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto scenario = Parse(text);
    ASSERT_TRUE(scenario) << entry.path() << ": " << scenario.error().ToString();
    ExpectClean(Simulate(*scenario), entry.path().filename().string());
    ++count;
  }
  EXPECT_GT(count, 0);
}

TEST(SimulationTest, TakesAUsersCommands) {
  Scenario scenario = Draw(5);
  scenario.commands = {
      R"({"type":"open_account","command_id":"o-1","account":"alice","currency":"EUR"})",
      R"({"type":"deposit","command_id":"d-1","account":"alice","amount":5,"currency":"EUR"})",
      "no command"};
  const Report report = Simulate(scenario);
  ExpectClean(report, "a user's");
  EXPECT_GE(report.commands, 3) << "some may be sent again";
  EXPECT_GE(report.counts.at("event: account_opened"), 1);
  EXPECT_GE(report.counts.at("code: invalid_json"), 1);
}

// Fails where two faults happen together, and an endpoint is there.
Report FailsWithBoth(const Scenario& scenario) {
  Report report{.faults = *scenario.faults};
  const auto has = [&](const FaultAt& fault) {
    return std::find(report.faults.begin(), report.faults.end(), fault) != report.faults.end();
  };
  const bool mail = std::any_of(scenario.endpoints.begin(), scenario.endpoints.end(),
                                [](const auto& endpoint) { return endpoint.name == "mail"; });
  if (has({"crash", 3}) && has({"pause", 1}) && scenario.payments >= 10 && mail) {
    report.violations.push_back({.check = "both", .what = "they met"});
  }
  return report;
}

WebhookEndpoint Named(const std::string& name) {
  return {.name = name, .accounts = {}, .statuses = {}};
}

TEST(ShrinkTest, LeavesTheFaultsThatMatter) {
  Scenario scenario = Draw(1);
  scenario.payments = 200;
  scenario.endpoints = {Named("shop"), Named("mail"), Named("bank")};
  scenario.faults.emplace();
  for (std::int64_t n = 1; n <= 100; ++n) {
    scenario.faults->push_back({"crash", n});
    scenario.faults->push_back({"pause", n});
  }
  const Scenario shrunk =
      Shrink(scenario, FailsWithBoth(scenario), /*runs_max=*/1'000, kPatience, FailsWithBoth);
  EXPECT_EQ(*shrunk.faults, (std::vector<FaultAt>{{"pause", 1}, {"crash", 3}}));
  EXPECT_EQ(shrunk.payments, 10);
  EXPECT_EQ(shrunk.endpoints, std::vector{Named("mail")});
}

TEST(ShrinkTest, StopsAfterSoManyRuns) {
  Scenario scenario = Draw(1);
  scenario.endpoints = {Named("mail")};
  scenario.faults = {{"crash", 3}, {"pause", 1}, {"pause", 2}};
  int runs = 0;
  const Runner counting = [&](const Scenario& one) {
    ++runs;
    return FailsWithBoth(one);
  };
  (void)Shrink(scenario, FailsWithBoth(scenario), /*runs_max=*/2, kPatience, counting);
  EXPECT_EQ(runs, 2);
}

TEST(CampaignTest, RunsEachSeedOnceOnSeveralThreads) {
  std::vector<std::uint64_t> seeds;
  const Totals totals =
      RunAll({.first_seed = 10,
              .last_seed = 17,
              .jobs = 3,
              .scenario = [](std::uint64_t seed) { return Draw(seed); },
              .on_report = [&](const Scenario& scenario,
                               const Report&) { seeds.push_back(scenario.seed); }});
  std::sort(seeds.begin(), seeds.end());
  EXPECT_EQ(seeds, (std::vector<std::uint64_t>{10, 11, 12, 13, 14, 15, 16, 17}));
  EXPECT_EQ(totals.passed, 8);
  EXPECT_EQ(totals.failed, 0);
}

TEST(CampaignTest, NamesWhatNeverHappened) {
  Totals totals;
  const std::size_t all = FindNeverHappened(totals).size();
  totals.counts["fault: crash"] = 1;
  const auto missing = FindNeverHappened(totals);
  EXPECT_EQ(missing.size(), all - 1);
  EXPECT_EQ(std::count(missing.begin(), missing.end(), "fault: pause"), 1);
}

}  // namespace
}  // namespace paylog::simulation
