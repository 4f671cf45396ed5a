#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>

#include "paylog/model/command_result.h"

namespace paylog::runtime {

// What a stage has committed since it started. Plain value.
struct Tally {
  std::int64_t inputs = 0;
  std::int64_t events = 0;
  std::int64_t completed = 0;                         // Without repeats.
  std::map<model::ResultCode, std::int64_t> refused;  // By the validator or the ledger; no repeats.
  std::int64_t duplicates = 0;
  std::int64_t dead_letters = 0;
  std::int64_t invariants_checked = 0;
  std::int64_t snapshots = 0;
  std::int64_t aborts = 0;
  std::int64_t take_overs = 0;
  std::int64_t replayed = 0;  // Events read back in take-overs.
  std::int64_t webhooks_scheduled = 0;
  std::int64_t webhooks_delivered = 0;
  std::int64_t webhook_retries = 0;  // Attempts that failed and are not the last.
  std::int64_t webhooks_dead = 0;    // Given up.

  void Count(const model::CommandResult& result);
  void Add(const Tally& other);
};

// Shared by the workers of a stage. Thread-safe.
class Counters {
 public:
  void Add(const Tally& tally);
  [[nodiscard]] Tally Read() const;
  // Waits until something is added after the caller's last look (`seen` is kept by the caller,
  // starting at 0) or the wait is over.
  void WaitForChange(std::int64_t& seen, std::chrono::milliseconds wait) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::int64_t changes_ = 0;
  Tally total_;
};

}  // namespace paylog::runtime
