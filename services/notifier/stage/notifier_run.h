#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "paylog/codec/delivery_codec.h"
#include "paylog/codec/result_codec.h"
#include "paylog/notifier/stage/notifier_partition.h"
#include "paylog/runtime/worker.h"
#include "paylog/test_support/must.h"
#include "paylog/test_support/payment_log.h"

// For tests: one partition of the notifier with its worker, as a process would run it, and a sender
// that does what the test says.
namespace paylog::notifier::testing {

// Keeps what is sent until the test answers it. Not thread-safe.
class TestSender final : public Sender {
 public:
  void Send(Attempt attempt, Done done) override {
    sent_.push_back(attempt);
    open_.emplace_back(std::move(attempt), std::move(done));
  }

  // All attempts so far, in order.
  [[nodiscard]] const std::vector<Attempt>& sent() const { return sent_; }
  [[nodiscard]] std::size_t open() const { return open_.size(); }
  // Answers all attempts that are open, or those to an endpoint.
  void Answer(const AttemptOutcome& outcome, const std::string& endpoint = "") {
    auto open = std::exchange(open_, {});
    for (auto& [attempt, done] : open) {
      if (endpoint.empty() || attempt.endpoint->name == endpoint) {
        done(outcome);
      } else {
        open_.emplace_back(std::move(attempt), std::move(done));
      }
    }
  }

 private:
  std::vector<Attempt> sent_;
  std::vector<std::pair<Attempt, Done>> open_;
};

inline AttemptOutcome Status(int status) {
  return {.status = status, .error = {}, .retry_after = std::nullopt};
}

inline Endpoint EndpointFor(const std::string& name,
                            const std::vector<std::string>& accounts = {}) {
  Endpoint endpoint{.name = name,
                    .url = "https://" + name + ".example/hook",
                    .secrets = {"0123456789abcdef01234567"},
                    .accounts = {},
                    .statuses = {}};
  for (const std::string& account : accounts) {
    endpoint.accounts.push_back(*model::AccountId::Parse(account));
  }
  return endpoint;
}

struct RunOptions {
  std::vector<Endpoint> endpoints = {EndpointFor("shop")};
  RetrySchedule schedule;
  GateOptions gates;
  std::int32_t partition = 0;
  log::Log* log = nullptr;  // Instead of the payment log's own: one with faults.
};

class NotifierRun {
 public:
  explicit NotifierRun(test_support::PaymentLog& payments, RunOptions options = {})
      : sender(std::make_shared<TestSender>()) {
    setup_ = {.counts = payments.counts(),
              .schedule = options.schedule,
              .gates = std::make_shared<EndpointGates>(std::move(options.endpoints), options.gates),
              .sender = sender,
              .clock = std::shared_ptr<const base::Clock>(&payments.clock(), [](const auto*) {}),
              .warn = [this](const std::string& warning) { warnings.push_back(warning); }};
    log::Log& log = options.log != nullptr ? *options.log : payments.log();
    const base::PartitionId number(options.partition);
    partition_.emplace(log, number, setup_, counters_);
    worker_.emplace(
        log, *partition_, counters_,
        runtime::WorkerOptions{.input = runtime::Partition(runtime::kResultsTopic, number),
                               .transactional_id = "notifier-" + std::to_string(options.partition)},
        log::GroupMetadata::Standalone(std::string(runtime::kNotifierGroup)));
  }

  // Until nothing is left to do now.
  void RunToIdle() {
    while (Step() != runtime::StepOutcome::kIdle || worker_->has_output()) {
    }
  }
  runtime::StepOutcome Step() { return test_support::Must(worker_->Step(kNoWait)); }
  // Answers what is open and runs on, until nothing is open.
  void AnswerAll(const AttemptOutcome& outcome) {
    RunToIdle();
    while (sender->open() > 0) {
      sender->Answer(outcome);
      RunToIdle();
    }
  }

  [[nodiscard]] const Deliveries& deliveries() const { return partition_->deliveries(); }
  [[nodiscard]] const EndpointGates& gates() const { return *setup_.gates; }
  [[nodiscard]] runtime::Tally tally() const { return counters_.Read(); }
  [[nodiscard]] NotifierPartition& partition() { return *partition_; }
  [[nodiscard]] runtime::Worker& worker() { return *worker_; }

 private:
  static constexpr std::chrono::milliseconds kNoWait{0};

  NotifierSetup setup_;
  runtime::Counters counters_;

 public:
  std::shared_ptr<TestSender> sender;
  std::vector<std::string> warnings;

 private:
  std::optional<NotifierPartition> partition_;
  std::optional<runtime::Worker> worker_;
};

// A completed deposit of an account, as the ledger would publish it.
inline log::Record ResultRecord(const std::string& id, const std::string& account,
                                const std::vector<std::string>& balances = {}) {
  model::CommandResult result{.command_id = *model::CommandId::Parse(id),
                              .account = *model::AccountId::Parse(account),
                              .type = model::CommandType::kDeposit,
                              .position = model::Position{},
                              .balances = {},
                              .reopened_account = std::nullopt,
                              .path = {},
                              .message = {}};
  for (const std::string& name : balances) {
    result.balances.push_back(
        {.account = *model::AccountId::Parse(name), .currency = *model::Currency::Parse("EUR")});
  }
  return {.key = account,
          .value = codec::EncodeResult(result),
          .headers = {},
          .timestamp = base::TimestampMs(1'795'248'000'000)};
}

inline void Publish(test_support::PaymentLog& payments, const std::vector<log::Record>& results,
                    std::int32_t partition = 0) {
  payments.Produce(runtime::Partition(runtime::kResultsTopic, base::PartitionId(partition)),
                   results);
}

// All events of the partition.
inline std::vector<model::DeliveryEvent> Events(test_support::PaymentLog& payments) {
  std::vector<model::DeliveryEvent> events;
  for (const std::string& value : payments.Values(runtime::kDeliveriesTopic, 0)) {
    events.push_back(test_support::Must(codec::DecodeDeliveryEvent(value)));
  }
  return events;
}

// "scheduled shop", "1 retrying shop", "2 delivered shop", "disabled shop", in order.
inline std::vector<std::string> Story(test_support::PaymentLog& payments) {
  std::vector<std::string> story;
  for (const model::DeliveryEvent& event : Events(payments)) {
    if (const auto* const scheduled = std::get_if<model::DeliveryScheduled>(&event)) {
      story.push_back("scheduled " + scheduled->endpoint);
    } else if (const auto* const attempted = std::get_if<model::DeliveryAttempted>(&event)) {
      story.push_back(std::to_string(attempted->attempts) + ' ' +
                      std::string(ToString(attempted->state)) + ' ' + attempted->endpoint);
    } else {
      story.push_back("disabled " + std::get<model::EndpointDisabled>(event).endpoint);
    }
  }
  return story;
}

}  // namespace paylog::notifier::testing
