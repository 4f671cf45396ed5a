#include "paylog/cli/stop_signal.h"

#include <csignal>
#include <cstdlib>

namespace paylog::cli {
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
    const timespec wait{.tv_sec = 0, .tv_nsec = 200'000'000};
    while (!stop.stop_requested()) {
      if (sigtimedwait(&awaited, nullptr, &wait) > 0 && requested_.exchange(true)) {
        std::_Exit(128 + SIGINT);
      }
    }
  });
}

StopSignal::~StopSignal() {
  thread_.request_stop();
  thread_.join();
}

}  // namespace paylog::cli
