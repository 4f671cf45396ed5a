#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "paylog/base/strong_type.h"
#include "paylog/notifier/core/sender.h"

namespace paylog::notifier {

// What came of the attempt with this number, from 1; or, where `given_up`, why none is made.
struct FinishedAttempt {
  std::string id;
  std::int32_t attempt = 0;
  AttemptOutcome outcome;
  base::TimestampMs time;
  bool given_up = false;
};

// Attempts that have ended, on their way from the sender's threads to the worker of a partition.
// Thread-safe.
class FinishedAttempts {
 public:
  void Put(FinishedAttempt finished) {
    const std::scoped_lock lock(mutex_);
    finished_.push_back(std::move(finished));
    Wake();
  }
  std::vector<FinishedAttempt> TakeAll() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(finished_, {});
  }
  [[nodiscard]] bool empty() const {
    const std::scoped_lock lock(mutex_);
    return finished_.empty();
  }

  // Wakes the worker, which then looks at what may be sent.
  void WakeWorker() {
    const std::scoped_lock lock(mutex_);
    Wake();
  }
  // How; empty: there is no worker. The old one is not called any more once this has returned.
  void SetWakeup(std::function<void()> wakeup) {
    const std::scoped_lock lock(mutex_);
    wakeup_ = std::move(wakeup);
  }

 private:
  void Wake() const {
    if (wakeup_) {
      wakeup_();
    }
  }

  mutable std::mutex mutex_;
  std::vector<FinishedAttempt> finished_;
  std::function<void()> wakeup_;
};

}  // namespace paylog::notifier
