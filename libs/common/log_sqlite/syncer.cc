#include "paylog/log_sqlite/syncer.h"

namespace paylog::log_sqlite {
namespace {

constexpr std::chrono::milliseconds kHeadSyncInterval{1000};

}  // namespace

Syncer::Syncer(Parts parts) : parts_(parts), thread_([this] { Run(); }) {}

Syncer::~Syncer() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  thread_.join();
}

void Syncer::Submit(Written written) {
  {
    const std::lock_guard guard(mutex_);
    queue_.push_back(std::move(written));
  }
  arrived_.notify_one();
}

base::Result<void> Syncer::Drain() {
  Written nothing;
  nothing.answers.emplace_back(std::promise<Answer>(), Answer(0));
  std::future<Answer> answer = nothing.answers.back().first.get_future();
  Submit(std::move(nothing));
  PAYLOG_TRY(answer.get());
  return {};
}

void Syncer::Run() {
  while (std::optional<std::vector<Written>> written = Take()) {
    if (!written->empty()) {
      Process(*written);
    }
    SyncHeadIfDue();
  }
}

std::optional<std::vector<Written>> Syncer::Take() {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return stopping_ || !queue_.empty(); };
  if (head_is_synced_) {
    arrived_.wait(lock, ready);
  } else {
    arrived_.wait_until(lock, head_due_, ready);
  }
  if (stopping_ && queue_.empty()) {
    return std::nullopt;  // Closing the storage syncs the head.
  }
  return std::exchange(queue_, {});
}

void Syncer::Process(std::vector<Written>& written) {
  std::optional<Head> last;
  for (const Written& one : written) {
    last = one.head ? one.head : last;
  }
  if (last && !parts_.failure.is_set()) {
    if (const base::Result<void> synced = parts_.storage.Sync(*last); !synced) {
      Fail(synced.error());
    } else if (head_is_synced_) {
      head_is_synced_ = false;
      head_due_ = std::chrono::steady_clock::now() + kHeadSyncInterval;
    }
  }
  const base::Result<void> outcome = parts_.failure.Check();
  for (Written& one : written) {
    if (outcome) {
      Publish(one);
    }
    for (auto& [promise, answer] : one.answers) {
      promise.set_value(outcome ? std::move(answer) : Answer(outcome.error()));
    }
  }
}

void Syncer::Publish(const Written& written) {
  for (const Topic& topic : written.topics) {
    parts_.tail.AddPartitions(
        std::vector<PartitionState>(static_cast<std::size_t>(topic.spec.partition_count)));
    parts_.catalog.Add(topic);
  }
  if (!written.batches.empty() || !written.offsets.empty()) {
    parts_.tail.Confirm(written.batches, written.offsets);
  }
}

void Syncer::SyncHeadIfDue() {
  if (head_is_synced_ || parts_.failure.is_set() || std::chrono::steady_clock::now() < head_due_) {
    return;
  }
  head_is_synced_ = true;
  if (const base::Result<void> synced = parts_.storage.SyncHead(); !synced) {
    Fail(synced.error());
  }
}

void Syncer::Fail(const base::Error& cause) {
  parts_.failure.Set(cause);
  parts_.tail.WakeAll();
}

}  // namespace paylog::log_sqlite
