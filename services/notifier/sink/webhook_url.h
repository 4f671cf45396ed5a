#pragma once

#include <cstdint>
#include <string>

#include "paylog/base/result.h"

namespace paylog::notifier {

// The parts of a webhook's URL that matter here. Plain value.
struct WebhookUrl {
  bool is_https = true;
  std::string host;  // As connected to: 127.1 is 127.0.0.1, an IPv6 address stands in brackets.
  std::string port;

  // "shop.example:443": what messages show, since path and query may hold a token.
  [[nodiscard]] std::string Place() const { return host + ':' + port; }
};

// kInvalidArgument, in words that repeat at most scheme and host, for a URL that is none, has
// another scheme than http or https, or carries credentials or a fragment. Thread-safe.
base::Result<WebhookUrl> ParseWebhookUrl(const std::string& url);

// Why nothing is sent there without allow_insecure, as far as the URL alone tells: http, localhost,
// an address that is not public. kInvalidArgument. What a name resolves to is seen on connecting.
base::Result<void> CheckSecure(const WebhookUrl& url);

}  // namespace paylog::notifier
