#include "paylog/simulation/campaign.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "paylog/model/result_code.h"
#include "paylog/simulation/trace.h"

namespace paylog::simulation {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr const char* kEvents[] = {
    "account_opened",    "account_updated",  "account_frozen",     "account_unfrozen",
    "account_closed",    "account_reopened", "payment_posted",     "transfer_sent",
    "transfer_credited", "transfer_refused", "transfer_returned",  "command_rejected",
    "command_repeated",  "repeat_forwarded", "delivery_scheduled", "delivery_attempted",
    "endpoint_disabled",
};

}  // namespace

void Totals::Add(const Report& report) {
  ++(report.violations.empty() ? passed : failed);
  steps += report.steps;
  commands += report.commands;
  events += report.events;
  simulated += report.simulated;
  for (const auto& [name, count] : report.counts) {
    counts[name] += count;
  }
}

Totals RunAll(const Campaign& campaign) {
  const SteadyClock::time_point begun = SteadyClock::now();
  std::mutex mutex;
  Totals totals;
  std::uint64_t next = campaign.first_seed;
  const auto may_begin = [&] {
    const bool in_time = campaign.time.count() == 0 || SteadyClock::now() - begun < campaign.time;
    return in_time && !campaign.stopped() && next <= campaign.last_seed &&
           next >= campaign.first_seed;
  };
  const auto work = [&] {
    std::unique_lock lock(mutex);
    while (may_begin()) {
      const Scenario scenario = campaign.scenario(next++);
      lock.unlock();
      const Report report = Simulate(scenario, campaign.trace);
      lock.lock();
      totals.Add(report);
      campaign.on_report(scenario, report);
    }
  };
  std::vector<std::jthread> threads;
  threads.reserve(static_cast<std::size_t>(campaign.jobs));
  for (int job = 0; job < campaign.jobs; ++job) {
    threads.emplace_back(work);
  }
  threads.clear();  // Waits.
  return totals;
}

std::vector<std::string> FindNeverHappened(const Totals& totals) {
  std::vector<std::string> wanted = {"fault: tail-lost"};
  for (const std::string_view fault : AllFaults()) {
    wanted.push_back("fault: " + std::string(fault));
  }
  for (const char* const event : kEvents) {
    wanted.push_back("event: " + std::string(event));
  }
  for (const model::ResultCodeInfo& code : model::AllResultCodes()) {
    wanted.push_back("code: " + std::string(code.name));
  }
  for (const std::string_view path : kPaths) {
    wanted.push_back("path: " + std::string(path));
  }
  std::erase_if(wanted, [&](const std::string& name) { return totals.counts.contains(name); });
  return wanted;
}

}  // namespace paylog::simulation
