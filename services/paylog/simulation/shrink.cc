#include "paylog/simulation/shrink.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace paylog::simulation {
namespace {

using SteadyClock = std::chrono::steady_clock;

class Shrinker {
 public:
  Shrinker(Scenario scenario, std::string check, int runs_max, std::chrono::seconds time,
           const Runner& run)
      : best_(std::move(scenario)),
        check_(std::move(check)),
        runs_left_(runs_max),
        deadline_(SteadyClock::now() + time),
        run_(run) {}

  // Fewer payments and endpoints first: they make every later run shorter.
  Scenario Shrink() {
    ShrinkPayments();
    ShrinkEndpoints();
    ShrinkFaults();
    return best_;
  }

 private:
  // Keeps the candidate where it still fails.
  bool Try(const Scenario& candidate) {
    if (runs_left_ == 0 || SteadyClock::now() > deadline_) {
      return false;
    }
    --runs_left_;
    const Report report = run_(candidate);
    const bool fails =
        std::any_of(report.violations.begin(), report.violations.end(),
                    [this](const Violation& violation) { return violation.check == check_; });
    if (fails) {
      best_ = candidate;
      best_.faults = report.faults;
    }
    return fails;
  }

  void ShrinkPayments() {
    if (best_.commands) {
      return;
    }
    for (std::int32_t step = best_.payments / 2; step > 0; step /= 2) {
      Scenario fewer = best_;
      fewer.payments -= step;
      (void)Try(fewer);
    }
  }

  void ShrinkEndpoints() {
    Scenario none = best_;
    none.endpoints.clear();
    if (Try(none)) {
      return;
    }
    for (std::size_t i = 0; i < best_.endpoints.size();) {
      Scenario fewer = best_;
      fewer.endpoints.erase(fewer.endpoints.begin() + static_cast<std::ptrdiff_t>(i));
      if (!Try(fewer)) {
        ++i;
      }
    }
  }

  // Halves first, then smaller and smaller pieces.
  void ShrinkFaults() {
    for (std::size_t size = best_.faults->size(); size > 0; size /= 2) {
      for (std::size_t begin = 0; begin < best_.faults->size();) {
        Scenario fewer = best_;
        const auto first = fewer.faults->begin() + static_cast<std::ptrdiff_t>(begin);
        const auto left = static_cast<std::size_t>(fewer.faults->end() - first);
        fewer.faults->erase(first, first + static_cast<std::ptrdiff_t>(std::min(size, left)));
        if (!Try(fewer)) {
          begin += size;
        }
      }
    }
  }

  Scenario best_;
  const std::string check_;
  int runs_left_;
  const SteadyClock::time_point deadline_;
  const Runner& run_;
};

}  // namespace

Scenario Shrink(const Scenario& scenario, const Report& failed, int runs_max,
                std::chrono::seconds time, const Runner& run) {
  Scenario listed = scenario;
  listed.faults = failed.faults;
  return Shrinker(listed, failed.violations.front().check, runs_max, time, run).Shrink();
}

}  // namespace paylog::simulation
