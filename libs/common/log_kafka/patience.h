#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

#include "paylog/base/result.h"

namespace paylog::log_kafka {

// Calls `attempt(left)` until it succeeds, fails for good or the patience is over, with a pause in
// between. `left` is at least a millisecond.
template <typename Attempt>
auto WithPatience(std::chrono::milliseconds patience, Attempt attempt)
    -> decltype(attempt(patience)) {
  using std::chrono::milliseconds;
  using std::chrono::steady_clock;
  constexpr milliseconds kPause{50};
  const auto deadline = steady_clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    auto result = attempt(std::max(left, milliseconds(1)));
    if (result || !result.error().retriable || steady_clock::now() + kPause >= deadline) {
      return result;
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace paylog::log_kafka
