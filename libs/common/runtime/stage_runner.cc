#include "paylog/runtime/stage_runner.h"

#include <algorithm>
#include <condition_variable>
#include <utility>
#include <variant>
#include <vector>

namespace paylog::runtime {
namespace {

// Both waits end early when there is something to do.
constexpr std::chrono::milliseconds kMembershipWait{500};
constexpr std::chrono::milliseconds kRecordsWait{500};
// Until a group that cannot be reached is asked again.
constexpr std::chrono::milliseconds kGroupBackoff{200};
// Until a standby that has read all there is looks again.
constexpr std::chrono::milliseconds kFollowPause{50};

// False where it was told to stop before the time was over.
bool WaitFor(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  (void)never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

// The partition's records, or what was derived from them, are at fault: no other instance and no
// restart would do better.
bool ConcernsOnePartition(base::ErrorCode code) {
  return code == base::ErrorCode::kCorrupt || code == base::ErrorCode::kLostRecords ||
         code == base::ErrorCode::kOffsetOutOfRange || code == base::ErrorCode::kMessageTooLarge;
}

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
    : log_(log),
      options_(std::move(options)),
      factory_(std::move(factory)),
      counters_(counters),
      observer_(options_.observer != nullptr ? *options_.observer : ignoring_),
      table_(log_, options_, factory_, counters_) {}

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
  StopWorkers();
  member_.reset();
  const bool failed = failure().has_value();
  for (const auto* const table : {&table_.served(), &table_.standbys()}) {
    for (const auto& [partition, served] : *table) {
      if (!failed && !stopped_.contains(partition)) {
        if (auto closed = served.worker->Close(); !closed) {
          Fail(closed.error());
        }
      }
    }
  }
  table_.Clear();
  if (const auto error = failure()) {
    return *error;
  }
  return {};
}

std::optional<base::Error> StageRunner::failure() const {
  const std::scoped_lock lock(status_mutex_);
  return failure_;
}

std::optional<std::string> StageRunner::WhyNotReady() const {
  const std::scoped_lock lock(status_mutex_);
  if (failure_) {
    return failure_->ToString();
  }
  if (!in_group_) {
    return options_.name + ": waits for group " + options_.group + " to assign partitions";
  }
  if (!stopped_.empty()) {
    const auto& [partition, error] = *stopped_.begin();
    return options_.name + ": " + partition.ToString() + " has stopped: " + error.ToString();
  }
  for (const auto& [partition, serving] : serving_) {
    if (!serving) {
      return options_.name + ": " + partition.ToString() + " is not taken over";
    }
  }
  return std::nullopt;
}

void StageRunner::SetServing(const log::TopicPartition& partition, bool serving) {
  {
    const std::scoped_lock lock(status_mutex_);
    serving_[partition] = serving;
  }
  counters_.Add({});  // Wakes whoever waits for progress.
}

void StageRunner::RunMembership(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto change = member_->Poll(kMembershipWait);
    if (!change) {
      if (change.error().retriable && !change.error().fatal) {
        observer_.OnGroupTrouble(change.error());
        (void)WaitFor(kGroupBackoff, stop);
        continue;
      }
      Fail(change.error().In("group " + options_.group));
      return;
    }
    if (const auto* const revoked = std::get_if<log::Revoked>(&*change)) {
      OnRevoked();
      observer_.OnRevoked(revoked->lost);
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

void StageRunner::RunWorker(const log::TopicPartition& partition, Driver& driver,
                            const std::stop_token& stop) {
  bool serving = false;
  while (!stop.stop_requested()) {
    auto outcome = driver.worker.Step(kRecordsWait);
    if (!outcome) {
      OnWorkerEnded(partition, outcome.error());
      return;
    }
    if (driver.worker.is_serving() != serving) {
      serving = !serving;
      SetServing(partition, serving);
    }
    WaitBetweenSteps(driver, stop, *outcome);
  }
  // What is known already of what was done outside the log is not forgotten.
  if (driver.worker.has_output()) {
    if (auto outcome = driver.worker.Step(std::chrono::milliseconds(0)); !outcome) {
      OnWorkerEnded(partition, outcome.error());
    }
  }
}

void StageRunner::RunStandby(Driver& driver, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto followed = driver.worker.Follow();
    if (!followed) {
      Fail(followed.error());
      return;
    }
    if (!*followed) {
      (void)WaitFor(std::max(kFollowPause, driver.worker.backoff()), stop);
    }
  }
}

void StageRunner::OnWorkerEnded(const log::TopicPartition& partition, const base::Error& error) {
  if (!options_.partitions_stop_alone || !ConcernsOnePartition(error.code)) {
    Fail(error);
    return;
  }
  {
    const std::scoped_lock lock(status_mutex_);
    stopped_.insert_or_assign(partition, error);
  }
  observer_.OnStopped(partition, error);
  SetServing(partition, false);
}

void StageRunner::WaitBetweenSteps(Driver& driver, const std::stop_token& stop,
                                   StepOutcome outcome) {
  std::unique_lock lock(driver.mutex);
  if (outcome == StepOutcome::kPaused) {
    driver.confirmed = false;
    if (driver.confirmed_changed.wait(lock, stop, [&] { return driver.confirmed; })) {
      driver.worker.Confirm();
    }
  } else if (const auto backoff = driver.worker.backoff(); backoff.count() > 0) {
    (void)driver.confirmed_changed.wait_for(lock, stop, backoff, [] { return false; });
  }
}

base::Result<void> StageRunner::OnAssigned(const log::Assigned& assigned) {
  observer_.OnAssigned(assigned.partitions);
  {
    const std::scoped_lock lock(status_mutex_);
    in_group_ = true;
    for (const log::TopicPartition& partition : assigned.partitions) {
      serving_[partition] = false;
    }
  }
  PAYLOG_TRY(table_.Assign(assigned));
  for (const auto& [partition, served] : table_.served()) {
    Driver& driver = NewDriver(partition, *served.worker);
    driver.thread = std::jthread([this, &driver, partition](const std::stop_token& stop) {
      RunWorker(partition, driver, stop);
    });
  }
  std::vector<log::TopicPartition> following;
  for (const auto& [partition, standby] : table_.standbys()) {
    following.push_back(partition);
    Driver& driver = NewDriver(partition, *standby.worker);
    driver.thread =
        std::jthread([this, &driver](const std::stop_token& stop) { RunStandby(driver, stop); });
  }
  if (options_.standby_partitions > 0) {
    observer_.OnFollowing(following);
  }
  counters_.Add({});  // Nothing may have been assigned: then all is taken over.
  return {};
}

StageRunner::Driver& StageRunner::NewDriver(const log::TopicPartition& partition, Worker& worker) {
  return *drivers_.emplace(partition, std::make_unique<Driver>(worker)).first->second;
}

// The workers' state is kept in case their partitions come back.
void StageRunner::OnRevoked() {
  StopWorkers();
  const std::scoped_lock lock(status_mutex_);
  in_group_ = false;
  serving_.clear();
  stopped_.clear();
}

// After their batch.
void StageRunner::StopWorkers() {
  for (auto& [partition, driver] : drivers_) {
    driver->thread.request_stop();
    driver->worker.Interrupt();
  }
  for (auto& [partition, driver] : drivers_) {
    StopThread(driver->thread, [&worker = driver->worker] { worker.Wakeup(); });
  }
  drivers_.clear();
}

void StageRunner::ConfirmAll() {
  for (auto& [partition, driver] : drivers_) {
    const std::scoped_lock lock(driver->mutex);
    driver->confirmed = true;
    driver->confirmed_changed.notify_all();
  }
}

void StageRunner::Fail(const base::Error& error) {
  {
    const std::scoped_lock lock(status_mutex_);
    if (!failure_) {
      failure_ = error.In(options_.name);
    }
  }
  counters_.Add({});  // Wakes whoever waits for progress.
}

}  // namespace paylog::runtime
