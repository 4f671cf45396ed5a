#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "paylog/base/clock.h"
#include "paylog/log/log.h"
#include "paylog/notifier/core/deliveries.h"
#include "paylog/notifier/core/retry_schedule.h"
#include "paylog/notifier/core/sender.h"
#include "paylog/notifier/stage/endpoint_gates.h"
#include "paylog/notifier/stage/finished_attempts.h"
#include "paylog/runtime/counters.h"
#include "paylog/runtime/processor.h"
#include "paylog/runtime/topics.h"

namespace paylog::notifier {

// What the partitions of a process share. `warn` is called from any thread.
struct NotifierSetup {
  runtime::PartitionCounts counts;
  RetrySchedule schedule;
  std::shared_ptr<EndpointGates> gates;
  std::shared_ptr<Sender> sender;
  std::shared_ptr<const base::Clock> clock;
  std::function<void(const std::string&)> warn = [](const std::string&) {};
};

// One partition of the notifier: results become deliveries, which are sent once it is committed
// that they are to be, and what comes of each attempt is committed too. State in memory, a fold of
// notifier.deliveries. A delivery is sent again where its outcome was not committed: never after.
// Used by one thread at a time; `log` and `counters` must outlive it.
class NotifierPartition final : public runtime::PartitionProcessor {
 public:
  NotifierPartition(log::Log& log, base::PartitionId partition, NotifierSetup setup,
                    runtime::Counters& counters);
  ~NotifierPartition() override;
  NotifierPartition(const NotifierPartition&) = delete;
  NotifierPartition& operator=(const NotifierPartition&) = delete;

  base::Result<base::Offset> TakeOver(std::optional<base::Offset> committed) override;
  base::Result<bool> StillCurrent() override { return false; }  // See acts_outside.
  base::Result<void> Process(std::span<const log::StoredRecord> records,
                             log::TransactionalWriter& writer) override;
  void OnCommitted() override;
  void OnAborted() override;
  base::Result<void> Maintain() override;
  base::Result<void> Close() override { return {}; }

  [[nodiscard]] bool acts_outside() const override { return true; }
  [[nodiscard]] bool HasOutput() const override { return !taken_.empty() || !finished_->empty(); }
  [[nodiscard]] std::chrono::milliseconds IdleFor() const override;
  [[nodiscard]] std::optional<std::pair<log::TopicPartition, base::Offset>> Checkpoint()
      const override;
  void SetWakeup(const std::function<void()>& wakeup) override { finished_->SetWakeup(wakeup); }

  // As of the last commit.
  [[nodiscard]] const Deliveries& deliveries() const { return deliveries_; }

 private:
  base::Result<void> Replay(base::Offset from);
  base::Result<void> LearnWhatIsDisabled();
  void TakeUp();
  base::Result<void> StageResult(const log::StoredRecord& record);
  void StageOutcome(const FinishedAttempt& finished);
  void StageDisabledAgain();
  base::Result<void> Write(const model::DeliveryEvent& event, log::TransactionalWriter& writer);
  void Disable(const model::EndpointDisabled& disabled);
  void PublishUntried();
  void SendDue(const std::string& name, base::TimestampMs now);
  bool SendFirst(const std::shared_ptr<const Endpoint>& endpoint, const PendingDelivery& delivery,
                 base::TimestampMs now);
  void Send(const std::shared_ptr<const Endpoint>& endpoint, const PendingDelivery& delivery,
            base::TimestampMs now);
  void GiveUp(const PendingDelivery& delivery, std::string why, base::TimestampMs now);
  void WakeAt(base::TimestampMs time);

  log::Log& log_;
  const base::PartitionId partition_;
  const log::TopicPartition topic_;  // notifier.deliveries
  const NotifierSetup setup_;
  runtime::Counters& counters_;

  Deliveries deliveries_;
  base::Offset end_{0};           // Where notifier.deliveries ends, or before; never beyond.
  base::Offset last_result_{-1};  // That an event names.
  std::optional<base::TimestampMs> wake_at_;

  std::shared_ptr<FinishedAttempts> finished_;  // Attempts that are under way hold it too.
  std::set<std::pair<std::string, std::int32_t>> under_way_;  // Id and number of the attempt.
  std::vector<FinishedAttempt> taken_;  // Until the transaction about them commits.

  // While a transaction is open.
  std::vector<model::DeliveryEvent> staged_;
  runtime::Tally staged_tally_;
};

}  // namespace paylog::notifier
