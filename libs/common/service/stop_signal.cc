#include "paylog/service/stop_signal.h"

#include <csignal>
#include <cstdlib>

namespace paylog::service {
namespace {

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t set = StopSignals();
  (void)pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const sigset_t awaited = StopSignals();
    while (!stop.stop_requested()) {
      const int signal = sigwaitinfo(&awaited, nullptr);
      if (signal > 0 && !stop.stop_requested() && requested_.exchange(true)) {
        std::_Exit(128 + signal);
      }
    }
  });
}

StopSignal::~StopSignal() {
  thread_.request_stop();
  // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread): the thread waits for it in sigwait.
  (void)pthread_kill(thread_.native_handle(), SIGTERM);  // Ends the wait.
  thread_.join();
}

}  // namespace paylog::service
