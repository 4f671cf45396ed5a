#pragma once

#include <string>
#include <vector>

#include "paylog/model/account_id.h"
#include "paylog/model/command_result.h"

namespace paylog::notifier {

// Where webhooks go, as the endpoint file says; checked when it was read. Plain value.
struct Endpoint {
  std::string name;  // Unique; part of each webhook-id, so a new name is a new endpoint.
  std::string url;   // http or https.
  // HMAC keys, decoded; never empty, since nothing is sent unsigned. Each signs, so that a receiver
  // may still know only an older one.
  std::vector<std::string> secrets;
  std::vector<model::AccountId> accounts;     // Results that concern one of these; empty: all.
  std::vector<model::ResultStatus> statuses;  // Empty: all.
  bool allow_insecure = false;                // http, and loopback and private addresses.

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

}  // namespace paylog::notifier
