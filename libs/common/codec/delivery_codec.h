#pragma once

#include <string>
#include <string_view>

#include "paylog/base/result.h"
#include "paylog/model/command_result.h"
#include "paylog/model/delivery.h"

// What the notifier writes: records of notifier.deliveries, and the webhooks themselves.
// Deterministic and thread-safe.
namespace paylog::codec {

std::string EncodeDeliveryEvent(const model::DeliveryEvent& event);
// kCorrupt for anything that EncodeDeliveryEvent does not write, with the path.
base::Result<model::DeliveryEvent> DecodeDeliveryEvent(std::string_view value);

// A webhook's body (Standard Webhooks): type, timestamp, and the result as data. `time`: the
// result's. What the receiver may not see is left out of `result` already.
std::string EncodeWebhook(const model::CommandResult& result, base::TimestampMs time);

}  // namespace paylog::codec
