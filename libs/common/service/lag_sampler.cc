#include "paylog/service/lag_sampler.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace paylog::service {

LagSampler::LagSampler(log::Log& log, StageTelemetry& telemetry, std::chrono::milliseconds interval)
    : log_(log), telemetry_(telemetry), interval_(interval) {}

void LagSampler::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    do {
      Sample();
    } while (!never.wait_for(lock, stop, interval_, [&] { return stop.stop_requested(); }));
  });
}

void LagSampler::Sample() {
  std::map<log::TopicPartition, Readers> kept;
  for (const log::TopicPartition& input : telemetry_.Assigned()) {
    kept[input] = std::move(readers_[input]);
  }
  readers_ = std::move(kept);
  for (auto& [input, readers] : readers_) {
    if (!SamplePartition(input)) {
      readers = {};  // Made anew at the next round.
      return;        // Others would wait as long for the same.
    }
  }
}

base::Result<void> LagSampler::SamplePartition(const log::TopicPartition& input) {
  Readers& readers = readers_[input];
  if (readers.committed == nullptr) {
    PAYLOG_ASSIGN(readers.committed, log_.NewReader(input, log::Isolation::kReadCommitted));
  }
  if (readers.uncommitted == nullptr) {
    PAYLOG_ASSIGN(readers.uncommitted, log_.NewReader(input, log::Isolation::kReadUncommitted));
  }
  PAYLOG_ASSIGN(const base::Offset committed_end, readers.committed->EndOffset());
  PAYLOG_ASSIGN(const base::Offset end, readers.uncommitted->EndOffset());
  telemetry_.OnEnds(input, committed_end, end);
  return {};
}

}  // namespace paylog::service
