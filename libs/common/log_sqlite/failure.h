#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "paylog/base/result.h"

namespace paylog::log_sqlite {

// The first error that left a commit's outcome unknown. Once set it stays, and every call on the
// log returns it. Thread-safe.
class Failure {
 public:
  // `place` names the log's database to whoever has to mend the disk.
  explicit Failure(std::string place) : place_(std::move(place)) {}

  void Set(const base::Error& cause) {
    const std::lock_guard guard(mutex_);
    if (!error_) {
      error_ = base::Error{
          .code = base::ErrorCode::kIo,
          .context =
              place_ + ": a commit failed, and whether it took is unknown: " + cause.ToString(),
          .fatal = true};
      is_set_.store(true, std::memory_order_release);
    }
  }

  [[nodiscard]] bool is_set() const { return is_set_.load(std::memory_order_acquire); }

  // The error, if there was one.
  [[nodiscard]] base::Result<void> Check() const {
    if (!is_set()) {
      return {};
    }
    const std::lock_guard guard(mutex_);
    return *error_;
  }

 private:
  const std::string place_;
  std::atomic<bool> is_set_ = false;
  mutable std::mutex mutex_;
  std::optional<base::Error> error_;
};

}  // namespace paylog::log_sqlite
