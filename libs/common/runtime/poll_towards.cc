#include "paylog/runtime/poll_towards.h"

#include <chrono>
#include <string>

namespace paylog::runtime {
namespace {

constexpr std::chrono::milliseconds kWait{1'000};
constexpr int kWaitsMax = 30;

}  // namespace

base::Result<log::PolledRecords> PollTowards(log::Reader& reader, base::Offset end,
                                             std::size_t records_max,
                                             const std::atomic<bool>* interrupted) {
  for (int waits = 0; waits < kWaitsMax;) {
    if (reader.position() >= end) {
      return log::PolledRecords{.records = {}, .next = reader.position()};
    }
    if (interrupted != nullptr && *interrupted) {
      return base::Error{.code = base::ErrorCode::kShutdown,
                         .context = "reading was interrupted",
                         .retriable = true};
    }
    const base::Offset before = reader.position();
    PAYLOG_ASSIGN(log::PolledRecords polled,
                  reader.Poll({.records_max = records_max, .wait = kWait}));
    if (!polled.records.empty()) {
      return polled;
    }
    waits += reader.position() == before ? 1 : 0;
  }
  return base::Error{.code = base::ErrorCode::kTimedOut,
                     .context = "no record before offset " + std::to_string(end.value()) +
                                " can be read: a transaction of another writer hangs",
                     .retriable = true};
}

}  // namespace paylog::runtime
