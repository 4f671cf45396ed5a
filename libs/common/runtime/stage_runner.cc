#include "paylog/runtime/stage_runner.h"

#include <utility>
#include <variant>

namespace paylog::runtime {
namespace {

// Both waits end early when there is something to do.
constexpr std::chrono::milliseconds kMembershipWait{500};
constexpr std::chrono::milliseconds kRecordsWait{500};

void StopThread(std::jthread& thread, const std::function<void()>& wakeup) {
  if (!thread.joinable()) {
    return;
  }
  thread.request_stop();
  wakeup();
  thread.join();
}

}  // namespace

StageRunner::StageRunner(log::Log& log, StageOptions options, ProcessorFactory factory,
                         Counters& counters)
    : log_(log), options_(std::move(options)), factory_(std::move(factory)), counters_(counters) {}

StageRunner::~StageRunner() {
  (void)Stop().has_value();
}

base::Result<void> StageRunner::Start() {
  PAYLOG_ASSIGN(member_, log_.JoinGroup(options_.group, {options_.input_topic}));
  membership_thread_ = std::jthread([this](const std::stop_token& stop) { RunMembership(stop); });
  return {};
}

base::Result<void> StageRunner::Stop() {
  StopThread(membership_thread_, [this] { member_->Wakeup(); });
  OnRevoked();
  const bool failed = failure().has_value();
  for (auto& [partition, slot] : slots_) {
    if (!failed) {
      if (auto closed = slot->worker->Close(); !closed) {
        Fail(closed.error());
      }
    }
  }
  slots_.clear();
  member_.reset();
  if (const auto error = failure()) {
    return *error;
  }
  return {};
}

std::optional<base::Error> StageRunner::failure() const {
  const std::scoped_lock lock(failure_mutex_);
  return failure_;
}

void StageRunner::RunMembership(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto change = member_->Poll(kMembershipWait);
    if (!change) {
      if (change.error().retriable) {
        continue;
      }
      Fail(change.error().In("group " + options_.group));
      return;
    }
    if (std::holds_alternative<log::Revoked>(*change)) {
      OnRevoked();
    } else if (const auto* const assigned = std::get_if<log::Assigned>(&*change)) {
      if (auto done = OnAssigned(*assigned); !done) {
        Fail(done.error());
        return;
      }
    } else {
      ConfirmAll();
    }
  }
}

void StageRunner::RunWorker(Slot& slot, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto outcome = slot.worker->Step(kRecordsWait);
    if (!outcome) {
      Fail(outcome.error());
      return;
    }
    std::unique_lock lock(slot.mutex);
    if (*outcome == StepOutcome::kPaused) {
      slot.confirmed = false;
      if (slot.confirmed_changed.wait(lock, stop, [&] { return slot.confirmed; })) {
        slot.worker->Confirm();
      }
    } else if (const auto backoff = slot.worker->backoff(); backoff.count() > 0) {
      (void)slot.confirmed_changed.wait_for(lock, stop, backoff, [] { return false; });
    }
  }
}

base::Result<void> StageRunner::OnAssigned(const log::Assigned& assigned) {
  std::map<log::TopicPartition, std::unique_ptr<Slot>> before = std::move(slots_);
  slots_.clear();
  for (const log::TopicPartition& partition : assigned.partitions) {
    std::unique_ptr<Slot> slot;
    if (const auto kept = before.find(partition); kept != before.end()) {
      slot = std::move(kept->second);
      slot->worker->Reassign(assigned.metadata);
    } else {
      PAYLOG_ASSIGN(slot, MakeSlot(partition, assigned.metadata));
    }
    Slot& running = *slot;
    slots_.emplace(partition, std::move(slot));
    running.thread =
        std::jthread([this, &running](const std::stop_token& stop) { RunWorker(running, stop); });
  }
  return {};
}

// The workers stop after their batch; their state is kept in case the partition comes back.
void StageRunner::OnRevoked() {
  for (auto& [partition, slot] : slots_) {
    slot->thread.request_stop();
  }
  for (auto& [partition, slot] : slots_) {
    StopThread(slot->thread, [&worker = *slot->worker] { worker.Wakeup(); });
  }
}

void StageRunner::ConfirmAll() {
  for (auto& [partition, slot] : slots_) {
    const std::scoped_lock lock(slot->mutex);
    slot->confirmed = true;
    slot->confirmed_changed.notify_all();
  }
}

base::Result<std::unique_ptr<StageRunner::Slot>> StageRunner::MakeSlot(
    const log::TopicPartition& partition, const log::GroupMetadata& metadata) {
  auto slot = std::make_unique<Slot>();
  PAYLOG_ASSIGN(slot->processor, factory_(partition.partition));
  PAYLOG_ASSIGN(auto reader, log_.NewReader(partition, log::Isolation::kReadCommitted));
  slot->worker = std::make_unique<Worker>(
      log_, std::move(reader), *slot->processor, counters_,
      WorkerOptions{
          .input = partition,
          .transactional_id = options_.name + '-' + std::to_string(partition.partition.value()),
          .batch_records_max = options_.batch_records_max},
      metadata);
  return slot;
}

void StageRunner::Fail(const base::Error& error) {
  {
    const std::scoped_lock lock(failure_mutex_);
    if (!failure_) {
      failure_ = error.In(options_.name);
    }
  }
  counters_.Add({});  // Wakes whoever waits for progress.
}

}  // namespace paylog::runtime
