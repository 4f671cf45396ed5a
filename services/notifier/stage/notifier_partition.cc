#include "paylog/notifier/stage/notifier_partition.h"

#include <algorithm>
#include <iterator>
#include <variant>

#include "paylog/base/check.h"
#include "paylog/codec/result_codec.h"
#include "paylog/notifier/core/matching.h"
#include "paylog/notifier/stage/delivery_reader.h"
#include "paylog/notifier/stage/delivery_records.h"

namespace paylog::notifier {
namespace {

using base::Error;
using base::ErrorCode;
using std::chrono::milliseconds;

// That an endpoint is disabled is written again after so many records: a take-over need not read
// all that came since.
constexpr std::int64_t kDisabledAgainAfter = 10'000;
// Of what a receiver or a library says, in an event.
constexpr std::size_t kErrorLengthMax = 300;

base::TimestampMs After(base::TimestampMs time, milliseconds wait) {
  return base::TimestampMs(time.value() + wait.count());
}

// Whatever it held, it is one line of ASCII.
std::string Printable(std::string text) {
  text.resize(std::min(text.size(), kErrorLengthMax));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

NotifierPartition::NotifierPartition(log::Log& log, base::PartitionId partition,
                                     NotifierSetup setup, runtime::Counters& counters)
    : log_(log),
      partition_(partition),
      topic_(runtime::Partition(runtime::kDeliveriesTopic, partition)),
      setup_(std::move(setup)),
      counters_(counters),
      finished_(std::make_shared<FinishedAttempts>()) {}

NotifierPartition::~NotifierPartition() {
  setup_.gates->SetUntried(partition_.value(), {});
}

base::Result<base::Offset> NotifierPartition::TakeOver(std::optional<base::Offset> committed) {
  OnAborted();
  std::erase_if(taken_, [](const FinishedAttempt& finished) { return finished.given_up; });
  deliveries_ = {};
  last_result_ = base::Offset(-1);
  PAYLOG_ASSIGN(end_, DeliveriesEnd(log_, partition_));
  // A group that has forgotten its place in the results finds it in the last event about one.
  base::Offset from(0);
  if (committed) {
    PAYLOG_ASSIGN(from, DeliveriesCheckpoint(log_, partition_));
  }
  if (from > end_) {
    return Error{.code = ErrorCode::kLostRecords,
                 .context = topic_.ToString() + " is needed from offset " +
                            std::to_string(from.value()) + " on, and ends at " +
                            std::to_string(end_.value()) + ": the log has lost records"};
  }
  PAYLOG_TRY(Replay(from));
  PAYLOG_TRY(LearnWhatIsDisabled());
  TakeUp();
  return std::max(committed.value_or(base::Offset(0)), last_result_.Next());
}

base::Result<void> NotifierPartition::Replay(base::Offset from) {
  std::int64_t replayed = 0;
  PAYLOG_TRY(ReadDeliveries(log_, partition_, from, end_, interrupted(),
                            [&](const model::DeliveryEvent& event, base::Offset offset) {
                              if (const auto* const scheduled =
                                      std::get_if<model::DeliveryScheduled>(&event)) {
                                last_result_ = std::max(last_result_, scheduled->result.offset);
                              }
                              deliveries_.Apply(event, offset);
                              ++replayed;
                            }));
  counters_.Add({.replayed = replayed});
  return {};
}

// The first of a process to take over reads what the others' partitions know: a receiver that has
// answered 410 shall not be asked by one that has not heard of it.
base::Result<void> NotifierPartition::LearnWhatIsDisabled() {
  for (std::int32_t p = 0; p < setup_.counts.results && !setup_.gates->has_learned(); ++p) {
    const base::PartitionId other(p);
    PAYLOG_ASSIGN(const base::Offset from, DeliveriesCheckpoint(log_, other));
    PAYLOG_ASSIGN(const base::Offset end, DeliveriesEnd(log_, other));
    PAYLOG_TRY(ReadDeliveries(log_, other, std::min(from, end), end, interrupted(),
                              [&](const model::DeliveryEvent& event, base::Offset /*offset*/) {
                                if (const auto* const disabled =
                                        std::get_if<model::EndpointDisabled>(&event)) {
                                  setup_.gates->Disable(disabled->endpoint, disabled->url_sha256);
                                }
                              }));
  }
  setup_.gates->SetLearned();
  return {};
}

// What this process is doing already goes on.
void NotifierPartition::TakeUp() {
  for (const auto& [id, attempt] : under_way_) {
    const PendingDelivery* const delivery = deliveries_.Find(id);
    if (delivery != nullptr && delivery->attempts + 1 == attempt) {
      deliveries_.LeaveLine(id);
    }
  }
  for (const auto& [endpoint, disabled] : deliveries_.disabled()) {
    setup_.gates->Disable(endpoint, disabled.url_sha256);
  }
  PublishUntried();
}

base::Result<void> NotifierPartition::Process(std::span<const log::StoredRecord> records,
                                              log::TransactionalWriter& writer) {
  CHECK(staged_.empty());
  staged_tally_ = {.inputs = static_cast<std::int64_t>(records.size())};
  std::vector<FinishedAttempt> finished = finished_->TakeAll();
  std::move(finished.begin(), finished.end(), std::back_inserter(taken_));
  for (const FinishedAttempt& attempt : taken_) {
    StageOutcome(attempt);
  }
  for (const log::StoredRecord& record : records) {
    PAYLOG_TRY(StageResult(record));
  }
  StageDisabledAgain();
  for (const model::DeliveryEvent& event : staged_) {
    PAYLOG_TRY(Write(event, writer));
  }
  PublishUntried();  // Before the commit: whoever sees that shall know of them.
  return {};
}

base::Result<void> NotifierPartition::StageResult(const log::StoredRecord& record) {
  const auto result = codec::DecodeResult(record.value);
  if (!result) {
    return result.error().In("offset " + std::to_string(record.offset.value()));
  }
  for (const auto& endpoint : setup_.gates->endpoints()) {
    if (Concerns(*endpoint, *result) && !setup_.gates->IsDisabled(endpoint->name)) {
      staged_.emplace_back(Schedule(*endpoint, *result, record, partition_, setup_.clock->Now()));
      ++staged_tally_.webhooks_scheduled;
    }
  }
  return {};
}

// An outcome of which the log knows already, from an owner in between, is passed over.
void NotifierPartition::StageOutcome(const FinishedAttempt& finished) {
  const PendingDelivery* const delivery = deliveries_.Find(finished.id);
  const std::int32_t expected = finished.given_up ? finished.attempt : finished.attempt - 1;
  if (delivery == nullptr || delivery->attempts != expected) {
    return;
  }
  const AttemptOutcome& outcome = finished.outcome;
  model::DeliveryAttempted event{.id = finished.id,
                                 .endpoint = delivery->scheduled.endpoint,
                                 .attempts = finished.attempt,
                                 .status = outcome.status,
                                 .state = model::DeliveryState::kDead,
                                 .next = std::nullopt,
                                 .time = finished.time,
                                 .error = Printable(outcome.error)};
  if (!finished.given_up && IsDelivered(outcome)) {
    event.state = model::DeliveryState::kDelivered;
    ++staged_tally_.webhooks_delivered;
  } else if (const auto wait = finished.given_up || IsGone(outcome)
                                   ? std::nullopt
                                   : WaitAfter(setup_.schedule, finished.attempt, finished.id,
                                               outcome.retry_after)) {
    event.state = model::DeliveryState::kRetrying;
    event.next = After(finished.time, *wait);
    ++staged_tally_.webhook_retries;
  } else {
    ++staged_tally_.webhooks_dead;
  }
  staged_.emplace_back(std::move(event));
  if (!finished.given_up && IsGone(outcome)) {
    const auto endpoint = setup_.gates->Find(delivery->scheduled.endpoint);
    CHECK(endpoint != nullptr);  // It was asked.
    staged_.emplace_back(model::EndpointDisabled{.endpoint = endpoint->name,
                                                 .url_sha256 = base::Sha256(endpoint->url),
                                                 .time = finished.time});
  }
}

void NotifierPartition::StageDisabledAgain() {
  for (const auto& [endpoint, disabled] : deliveries_.disabled()) {
    if (end_.value() - disabled.place.value() > kDisabledAgainAfter) {
      staged_.emplace_back(model::EndpointDisabled{
          .endpoint = endpoint, .url_sha256 = disabled.url_sha256, .time = setup_.clock->Now()});
    }
  }
}

base::Result<void> NotifierPartition::Write(const model::DeliveryEvent& event,
                                            log::TransactionalWriter& writer) {
  std::optional<model::ResultPlace> cause;
  if (const auto* const scheduled = std::get_if<model::DeliveryScheduled>(&event)) {
    cause = scheduled->result;
  } else if (const auto* const attempted = std::get_if<model::DeliveryAttempted>(&event)) {
    const PendingDelivery* const delivery = deliveries_.Find(attempted->id);
    cause = delivery->scheduled.result;
    if (attempted->state == model::DeliveryState::kDead) {
      Output letter = DeadWebhook(delivery->scheduled, *attempted, setup_.counts);
      PAYLOG_TRY(writer.Append(letter.to, std::move(letter.record)));
    }
  }
  Output output = DeliveryRecord(event, cause, partition_);
  return writer.Append(output.to, std::move(output.record));
}

void NotifierPartition::OnCommitted() {
  for (const FinishedAttempt& finished : taken_) {
    under_way_.erase({finished.id, finished.attempt});
  }
  taken_.clear();
  for (const model::DeliveryEvent& event : staged_) {
    deliveries_.Apply(event, end_);
    if (const auto* const attempted = std::get_if<model::DeliveryAttempted>(&event)) {
      if (attempted->state == model::DeliveryState::kDead) {
        setup_.warn("webhook " + attempted->id + " to endpoint " + attempted->endpoint +
                    " is given up after " + WhatCame(*attempted));
      }
    } else if (const auto* const disabled = std::get_if<model::EndpointDisabled>(&event)) {
      Disable(*disabled);
    }
  }
  end_ = base::Offset(end_.value() + static_cast<std::int64_t>(staged_.size()));
  staged_.clear();
  PublishUntried();
  counters_.Add(staged_tally_);
}

void NotifierPartition::Disable(const model::EndpointDisabled& disabled) {
  if (setup_.gates->Disable(disabled.endpoint, disabled.url_sha256)) {
    setup_.warn("endpoint " + disabled.endpoint +
                " answered 410 and is disabled, until it has another URL");
  }
}

void NotifierPartition::OnAborted() {
  staged_.clear();
  PublishUntried();
}

void NotifierPartition::PublishUntried() {
  std::map<std::string, std::int64_t> untried = deliveries_.untried();
  for (const model::DeliveryEvent& event : staged_) {
    if (const auto* const scheduled = std::get_if<model::DeliveryScheduled>(&event)) {
      ++untried[scheduled->endpoint];
    }
  }
  setup_.gates->SetUntried(partition_.value(), std::move(untried));
}

std::optional<std::pair<log::TopicPartition, base::Offset>> NotifierPartition::Checkpoint() const {
  return std::pair(topic_, deliveries_.NeededFrom().value_or(end_));
}

base::Result<void> NotifierPartition::Maintain() {
  wake_at_.reset();
  const base::TimestampMs now = setup_.clock->Now();
  std::vector<std::string> names;
  names.reserve(deliveries_.lines().size());
  for (const auto& [name, line] : deliveries_.lines()) {
    names.push_back(name);
  }
  for (const std::string& name : names) {
    SendDue(name, now);
  }
  return {};
}

// In order of time, until one is not due or may not go out.
void NotifierPartition::SendDue(const std::string& name, base::TimestampMs now) {
  const std::shared_ptr<const Endpoint> endpoint = setup_.gates->Find(name);
  for (auto line = deliveries_.lines().find(name); line != deliveries_.lines().end();
       line = deliveries_.lines().find(name)) {
    const PendingDelivery& first = *deliveries_.Find(line->second.begin()->id);
    if (first.due > now) {
      WakeAt(first.due);
      return;
    }
    if (!SendFirst(endpoint, first, now)) {
      return;
    }
  }
}

// False where it has to wait.
bool NotifierPartition::SendFirst(const std::shared_ptr<const Endpoint>& endpoint,
                                  const PendingDelivery& delivery, base::TimestampMs now) {
  Admission admission;
  if (endpoint != nullptr) {
    admission = setup_.gates->TryBegin(endpoint->name, now, partition_.value(),
                                       [finished = finished_] { finished->WakeWorker(); });
  }
  if (admission.kind == Admission::Kind::kGo) {
    Send(endpoint, delivery, now);
    return true;
  }
  if (admission.kind == Admission::Kind::kNever) {
    GiveUp(delivery, "the endpoint is disabled: it answered 410", now);
    return true;
  }
  const bool hardly_asked = endpoint == nullptr || admission.circuit_open;
  if (hardly_asked && After(delivery.scheduled.time, setup_.schedule.give_up_after) < now) {
    GiveUp(delivery,
           endpoint == nullptr ? "the endpoint file has no such endpoint any more"
                               : "the endpoint failed so often that it could not be asked again",
           now);
    return true;
  }
  if (admission.ask_at) {
    WakeAt(*admission.ask_at);
  }
  return false;
}

void NotifierPartition::Send(const std::shared_ptr<const Endpoint>& endpoint,
                             const PendingDelivery& delivery, base::TimestampMs now) {
  const std::string id = delivery.scheduled.id;
  const std::int32_t attempt = delivery.attempts + 1;
  Attempt to_send{
      .endpoint = endpoint, .id = id, .payload = delivery.scheduled.payload, .time = now};
  deliveries_.LeaveLine(id);
  under_way_.emplace(id, attempt);
  // Called on a thread of the sender, perhaps when this partition is gone.
  setup_.sender->Send(std::move(to_send), [id, attempt, name = endpoint->name, finished = finished_,
                                           gates = setup_.gates, clock = setup_.clock,
                                           warn = setup_.warn](AttemptOutcome outcome) {
    const base::TimestampMs ended = clock->Now();
    if (gates->End(name, IsDelivered(outcome), ended)) {
      warn("endpoint " + name + " fails again and again, and is asked now and then: " +
           (outcome.error.empty() ? "status " + std::to_string(outcome.status)
                                  : Printable(outcome.error)));
    }
    finished->Put({.id = id, .attempt = attempt, .outcome = std::move(outcome), .time = ended});
  });
}

void NotifierPartition::GiveUp(const PendingDelivery& delivery, std::string why,
                               base::TimestampMs now) {
  taken_.push_back({.id = delivery.scheduled.id,
                    .attempt = delivery.attempts,
                    .outcome = {.status = 0, .error = std::move(why), .retry_after = std::nullopt},
                    .time = now,
                    .given_up = true});
  deliveries_.LeaveLine(delivery.scheduled.id);
}

void NotifierPartition::WakeAt(base::TimestampMs time) {
  wake_at_ = std::min(wake_at_.value_or(time), time);
}

milliseconds NotifierPartition::IdleFor() const {
  if (!wake_at_) {
    return milliseconds::max();
  }
  return milliseconds(std::max<std::int64_t>(wake_at_->value() - setup_.clock->Now().value(), 0));
}

}  // namespace paylog::notifier
