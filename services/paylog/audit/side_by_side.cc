#include "paylog/audit/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "paylog/base/check.h"

namespace paylog::audit {
namespace {

class Checks {
 public:
  Checks(std::int32_t count, const std::function<Verdict(std::int32_t)>& check)
      : check_(check), verdicts_(static_cast<std::size_t>(count)), first_failed_(count) {}

  // Takes one number after the other. Called by all threads.
  void Work() {
    for (std::int32_t i = next_.fetch_add(1); i < first_failed_.load(); i = next_.fetch_add(1)) {
      Verdict& verdict = verdicts_[static_cast<std::size_t>(i)];
      verdict = check_(i);
      if (!verdict.ok()) {
        LowerTo(i);
      }
    }
  }

  // REQUIRES: nobody works any more.
  Verdict First() {
    const auto first = static_cast<std::size_t>(first_failed_.load());
    if (first == verdicts_.size()) {
      return {};
    }
    const base::Error* const error = verdicts_[first].error();
    if (error != nullptr && error->code == base::ErrorCode::kShutdown) {
      for (Verdict& verdict : verdicts_) {
        if (verdict.difference() != nullptr) {
          return std::move(verdict);
        }
      }
    }
    return std::move(verdicts_[first]);
  }

 private:
  void LowerTo(std::int32_t failed) {
    std::int32_t before = first_failed_.load();
    while (failed < before && !first_failed_.compare_exchange_weak(before, failed)) {
    }
  }

  const std::function<Verdict(std::int32_t)>& check_;
  std::vector<Verdict> verdicts_;
  std::atomic<std::int32_t> next_ = 0;
  std::atomic<std::int32_t> first_failed_;
};

}  // namespace

Verdict CheckSideBySide(std::int32_t count, int jobs,
                        const std::function<Verdict(std::int32_t)>& check) {
  CHECK(jobs >= 1);
  Checks checks(count, check);
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < std::min<int>(jobs, count); ++i) {
      others.emplace_back([&checks] { checks.Work(); });
    }
    checks.Work();
  }
  return checks.First();
}

}  // namespace paylog::audit
