#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/result.h"
#include "paylog/base/strong_type.h"

// Signatures of Standard Webhooks 1.0.0, symmetric (v1). Pure and thread-safe.
namespace paylog::notifier {

// The key in a secret such as "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": base64 of 24 to 64 bytes.
// kInvalidArgument for anything else; the message says why and repeats nothing of the secret.
base::Result<std::string> DecodeSecret(std::string_view secret);

// The headers of one attempt that a receiver verifies. Plain value.
struct WebhookHeaders {
  std::string id;
  std::string timestamp;  // Whole seconds since 1970.
  std::string signature;  // "v1,<base64>", one for each key, with a space in between.
};

// REQUIRES: at least one key, as DecodeSecret gives them; `id` is visible ASCII without '.'.
WebhookHeaders SignWebhook(const std::vector<std::string>& keys, std::string_view id,
                           base::TimestampMs time, std::string_view payload);

}  // namespace paylog::notifier
