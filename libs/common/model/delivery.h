#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "paylog/base/hash.h"
#include "paylog/base/strong_type.h"
#include "paylog/model/account_id.h"

// Events of notifier.deliveries: what the notifier knows of webhooks is a fold of them. Plain
// values.
namespace paylog::model {

// A record of payments.results.
struct ResultPlace {
  base::PartitionId partition;
  base::Offset offset;

  friend auto operator<=>(const ResultPlace&, const ResultPlace&) = default;
};

// A result concerns an endpoint, which is to hear of it.
struct DeliveryScheduled {
  std::string id;        // webhook-id, for ever.
  std::string endpoint;  // By name.
  AccountId account;     // The command's.
  ResultPlace result;
  base::TimestampMs time;
  std::string payload;  // The exact bytes that are sent at each attempt.

  friend bool operator==(const DeliveryScheduled&, const DeliveryScheduled&) = default;
};

enum class DeliveryState : std::uint8_t {
  kDelivered,  // The receiver has it: the end.
  kRetrying,   // It is sent again at `next`.
  kDead,       // Given up; a dead letter goes with it: the end.
};
std::string_view ToString(DeliveryState state);
std::optional<DeliveryState> ParseDeliveryState(std::string_view text);

// What came of an attempt, or that no more are made.
struct DeliveryAttempted {
  std::string id;
  std::string endpoint;
  std::int32_t attempts = 0;  // That ended so far. One more than before, unless it is given up.
  std::int32_t status = 0;    // Of the HTTP response; 0: none came.
  DeliveryState state = DeliveryState::kDelivered;
  std::optional<base::TimestampMs> next;  // Where retrying, and only there.
  base::TimestampMs time;
  std::string error;  // Why there was no response or no attempt; empty otherwise.

  friend bool operator==(const DeliveryAttempted&, const DeliveryAttempted&) = default;
};

// The receiver answered 410: nothing more goes to this URL of this endpoint.
struct EndpointDisabled {
  std::string endpoint;
  base::Hash256 url_sha256;
  base::TimestampMs time;

  friend bool operator==(const EndpointDisabled&, const EndpointDisabled&) = default;
};

using DeliveryEvent = std::variant<DeliveryScheduled, DeliveryAttempted, EndpointDisabled>;

// "delivery_scheduled"
std::string_view TypeNameOf(const DeliveryEvent& event);

}  // namespace paylog::model
