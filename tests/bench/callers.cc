#include <condition_variable>
#include <mutex>
#include <vector>

#include "paylog/tests/bench/benchmarks.h"
#include "paylog/tests/bench/histogram.h"
#include "paylog/tests/bench/latency_report.h"

namespace paylog::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr double kWarmUpSeconds = 1;

// Callers are known by their number, the tag of their commands. Thread-safe.
class Waiting {
 public:
  explicit Waiting(std::size_t callers) : sent_(callers) {}

  // The callers that have their results, or have sent nothing yet.
  std::vector<std::uint64_t> TakeReady() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !ready_.empty(); });
    return std::exchange(ready_, {});
  }
  void Sent(const std::vector<std::uint64_t>& callers) {
    const auto now = SteadyClock::now();
    const std::scoped_lock lock(mutex_);
    for (const std::uint64_t caller : callers) {
      sent_[caller] = now;
    }
  }
  void Ready(std::uint64_t caller) {
    const std::scoped_lock lock(mutex_);
    ready_.push_back(caller);
    changed_.notify_one();
  }
  void Answered(std::uint64_t caller) {
    const auto now = SteadyClock::now();
    const std::scoped_lock lock(mutex_);
    if (is_measured_) {
      histogram_.Add((now - sent_[caller]).count());
    }
    ready_.push_back(caller);
    changed_.notify_one();
  }
  void Measure(bool on) {
    const std::scoped_lock lock(mutex_);
    is_measured_ = on;
  }
  [[nodiscard]] Histogram histogram() const {
    const std::scoped_lock lock(mutex_);
    return histogram_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::uint64_t> ready_;
  std::vector<SteadyClock::time_point> sent_;
  Histogram histogram_;
  bool is_measured_ = false;
};

// Sends for whoever is ready, until then. Returns how many commands that were.
base::Result<std::int64_t> SendUntil(SteadyClock::time_point end, BenchLog& log, Workload& workload,
                                     Waiting& waiting) {
  std::int64_t sent = 0;
  while (SteadyClock::now() < end) {
    const auto callers = waiting.TakeReady();
    std::vector<Submission> submissions;
    submissions.reserve(callers.size());
    for (const std::uint64_t caller : callers) {
      submissions.push_back(workload.Next(caller));
    }
    waiting.Sent(callers);
    PAYLOG_TRY(log.Submit(submissions));
    sent += static_cast<std::int64_t>(callers.size());
  }
  return sent;
}

}  // namespace

base::Result<void> Callers(const std::string& name, const LogSetup& setup,
                           const WorkloadOptions& options, std::int64_t callers, double seconds,
                           Report& report) {
  PAYLOG_ASSIGN(const auto log, BenchLog::Open(setup));
  Workload workload(options);
  PAYLOG_TRY(log->SetUpAccounts(workload));
  PAYLOG_TRY(log->StartStages());
  PAYLOG_TRY(log->WaitUntilIdle());
  Waiting waiting(static_cast<std::size_t>(callers));
  for (std::int64_t caller = 0; caller < callers; ++caller) {
    waiting.Ready(static_cast<std::uint64_t>(caller));
  }
  PAYLOG_ASSIGN(const auto readers, ResultReaders::Start(*log, [&](const auto& result) {
                  waiting.Answered(TagOfResult(result));
                }));
  const auto after = [](double time) {
    return SteadyClock::now() +
           std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(time));
  };
  PAYLOG_ASSIGN(const std::int64_t first,
                SendUntil(after(kWarmUpSeconds), *log, workload, waiting));
  waiting.Measure(true);
  const std::int64_t before = readers->count();
  PAYLOG_ASSIGN(const std::int64_t then, SendUntil(after(seconds), *log, workload, waiting));
  const std::int64_t answered = readers->count() - before;
  waiting.Measure(false);
  readers->WaitForCount(first + then);
  PAYLOG_TRY(log->StopStages());
  report.Add(name, static_cast<double>(answered) / seconds, "payments/s");
  AddLatency(name, waiting.histogram(), report);
  return {};
}

}  // namespace paylog::bench
