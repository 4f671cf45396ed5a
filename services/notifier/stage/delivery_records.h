#pragma once

#include <optional>
#include <string>

#include "paylog/log/record.h"
#include "paylog/model/delivery.h"
#include "paylog/notifier/core/endpoint.h"
#include "paylog/runtime/topics.h"

// The records that the notifier writes, and where each goes. Pure functions.
namespace paylog::notifier {

struct Output {
  log::TopicPartition to;
  log::Record record;
};

// The delivery of a result to an endpoint that it concerns. The id is a function of the endpoint's
// name and of the result's record: its place, its bytes and its time, so that results of different
// logs never share one. `now`: when it is scheduled.
model::DeliveryScheduled Schedule(const Endpoint& endpoint, const model::CommandResult& result,
                                  const log::StoredRecord& record, base::PartitionId partition,
                                  base::TimestampMs now);

// For notifier.deliveries. `cause`: the result, where the event concerns one.
Output DeliveryRecord(const model::DeliveryEvent& event,
                      const std::optional<model::ResultPlace>& cause, base::PartitionId partition);

// "3 attempts: status 500"
std::string WhatCame(const model::DeliveryAttempted& last);

// For payments.dead-letters: the webhook's body, with the reason.
// REQUIRES: last.state == kDead
Output DeadWebhook(const model::DeliveryScheduled& scheduled, const model::DeliveryAttempted& last,
                   const runtime::PartitionCounts& counts);

}  // namespace paylog::notifier
