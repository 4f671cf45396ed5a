#include <mutex>
#include <thread>
#include <vector>

#include "paylog/tests/bench/benchmarks.h"
#include "paylog/tests/bench/histogram.h"
#include "paylog/tests/bench/latency_report.h"

namespace paylog::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr double kNano = 1e9;
constexpr double kWarmUpSeconds = 1;
// How long the sender sleeps where nothing is due.
constexpr std::chrono::microseconds kPause{200};

// When commands are due: the tag is their number.
class Schedule {
 public:
  Schedule(SteadyClock::time_point begin, std::int64_t commands_a_second)
      : begin_(begin), interval_(kNano / static_cast<double>(commands_a_second)) {}

  [[nodiscard]] SteadyClock::time_point DueAt(std::int64_t number) const {
    return begin_ + nanoseconds(static_cast<std::int64_t>(interval_ * static_cast<double>(number)));
  }
  // How many are due by then.
  [[nodiscard]] std::int64_t DueBy(SteadyClock::time_point time) const {
    const auto passed = std::chrono::duration_cast<nanoseconds>(time - begin_).count();
    return 1 + static_cast<std::int64_t>(static_cast<double>(passed) / interval_);
  }

 private:
  const SteadyClock::time_point begin_;
  const double interval_;
};

base::Result<void> SendOnTime(BenchLog& log, Workload& workload, const Schedule& schedule,
                              std::int64_t commands) {
  std::int64_t sent = 0;
  while (sent < commands) {
    const std::int64_t due = std::min(commands, schedule.DueBy(SteadyClock::now()));
    if (due == sent) {
      std::this_thread::sleep_for(kPause);
      continue;
    }
    std::vector<Submission> submissions;
    for (; sent < due; ++sent) {
      submissions.push_back(workload.Next(static_cast<std::uint64_t>(sent)));
    }
    PAYLOG_TRY(log.Submit(submissions));
  }
  return {};
}

}  // namespace

base::Result<void> Latency(const std::string& name, const LogSetup& setup,
                           const WorkloadOptions& options, std::int64_t commands_a_second,
                           double seconds, Report& report) {
  PAYLOG_ASSIGN(const auto log, BenchLog::Open(setup));
  Workload workload(options);
  PAYLOG_TRY(log->SetUpAccounts(workload));
  PAYLOG_TRY(log->StartStages());
  PAYLOG_TRY(log->WaitUntilIdle());
  const auto rate = static_cast<double>(commands_a_second);
  const auto warm_up = static_cast<std::int64_t>(kWarmUpSeconds * rate);
  const auto commands = warm_up + static_cast<std::int64_t>(seconds * rate);
  const Schedule schedule(SteadyClock::now(), commands_a_second);
  std::mutex mutex;
  Histogram histogram;
  PAYLOG_ASSIGN(const auto readers, ResultReaders::Start(*log, [&](const auto& result) {
                  const auto number = static_cast<std::int64_t>(TagOfResult(result));
                  if (number < warm_up) {
                    return;
                  }
                  const nanoseconds took = SteadyClock::now() - schedule.DueAt(number);
                  const std::scoped_lock lock(mutex);
                  histogram.Add(took.count());
                }));
  PAYLOG_TRY(SendOnTime(*log, workload, schedule, commands));
  readers->WaitForCount(commands);
  PAYLOG_TRY(log->StopStages());
  const std::scoped_lock lock(mutex);
  AddLatency(name, histogram, report);
  return {};
}

}  // namespace paylog::bench
