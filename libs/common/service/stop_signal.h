#pragma once

#include <atomic>
#include <thread>

namespace paylog::service {

// Turns SIGINT and SIGTERM into a flag, so that a process can end cleanly. Make one before any
// other thread starts; from then on the signals are blocked for all of them. A second signal ends
// the process at once.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  [[nodiscard]] bool requested() const { return requested_; }

 private:
  std::atomic<bool> requested_ = false;
  std::jthread thread_;
};

}  // namespace paylog::service
