#include "paylog/runtime/counters.h"

namespace paylog::runtime {

void Tally::Count(const model::CommandResult& result) {
  if (result.duplicate) {
    ++duplicates;
  } else if (result.status == model::ResultStatus::kCompleted) {
    ++completed;
  } else {
    ++refused[result.code];
  }
}

void Tally::Add(const Tally& other) {
  inputs += other.inputs;
  events += other.events;
  completed += other.completed;
  for (const auto& [code, count] : other.refused) {
    refused[code] += count;
  }
  duplicates += other.duplicates;
  dead_letters += other.dead_letters;
  invariants_checked += other.invariants_checked;
  snapshots += other.snapshots;
  aborts += other.aborts;
  take_overs += other.take_overs;
  replayed += other.replayed;
  webhooks_scheduled += other.webhooks_scheduled;
  webhooks_delivered += other.webhooks_delivered;
  webhook_retries += other.webhook_retries;
  webhooks_dead += other.webhooks_dead;
}

void Counters::Add(const Tally& tally) {
  const std::scoped_lock lock(mutex_);
  total_.Add(tally);
  ++changes_;
  changed_.notify_all();
}

void Counters::WaitForChange(std::int64_t& seen, std::chrono::milliseconds wait) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [&] { return changes_ != seen; });
  seen = changes_;
}

Tally Counters::Read() const {
  const std::scoped_lock lock(mutex_);
  return total_;
}

}  // namespace paylog::runtime
