#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "paylog/simulation/history.h"

// What notifier.deliveries says, read from its schemas alone.
namespace paylog::simulation {

// "delivery_attempted": what came of an attempt, or that no more are made.
struct DeliveryStep {
  std::int64_t attempts = 0;
  std::int64_t status = 0;
  std::string state;
  std::optional<std::int64_t> next;
  std::int64_t time = 0;
  std::string error;
  Commitment committed;

  [[nodiscard]] bool is_end() const { return state != "retrying"; }
};

// "delivery_scheduled", and what followed.
struct LoggedDelivery {
  std::int32_t partition = 0;
  std::string endpoint;
  std::string account;
  std::int64_t result = 0;  // Its offset.
  std::int64_t time = 0;
  std::string payload;
  Commitment committed;
  std::vector<DeliveryStep> steps;
};

// "endpoint_disabled"
struct LoggedDisabled {
  std::int32_t partition = 0;
  std::string endpoint;
  std::string url_sha256;
  Commitment committed;
};

struct WebhookLog {
  std::map<std::string, LoggedDelivery> deliveries;  // By id.
  std::vector<LoggedDisabled> disabled;
  // What cannot be: "webhook-event".
  std::vector<Violation> violations;
};

WebhookLog ReadWebhookLog(const History& history);

}  // namespace paylog::simulation
