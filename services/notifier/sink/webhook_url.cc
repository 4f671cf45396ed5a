#include "paylog/notifier/sink/webhook_url.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include <arpa/inet.h>
#include <curl/curl.h>

#include "paylog/base/check.h"
#include "paylog/notifier/sink/address_policy.h"

namespace paylog::notifier {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

// nullopt where the URL has no such part.
std::optional<std::string> Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) {
    return std::nullopt;
  }
  const std::unique_ptr<char, void (*)(void*)> owner(text, curl_free);
  return std::string(text);
}

// Curl would send what is not ASCII as it stands, and names of that kind depend on its build.
bool IsVisibleAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// Between the scheme and the host stand two slashes; curl takes one and three as well.
bool HasTwoSlashes(std::string_view url) {
  const std::size_t slashes = url.find("://");
  return slashes != std::string_view::npos && !url.substr(slashes + 3).starts_with('/');
}

// A name of letters, digits, '-', '_' and '.', or an IPv6 address in brackets.
bool IsHost(std::string_view host) {
  const bool in_brackets = host.starts_with('[') && host.ends_with(']');
  const std::string_view text = in_brackets ? host.substr(1, host.size() - 2) : host;
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || (in_brackets && c == ':');
  });
}

// "localhost" and names below it: they never leave the machine.
bool IsLocalhost(std::string host) {
  std::transform(host.begin(), host.end(), host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return host == "localhost" || host.ends_with(".localhost");
}

// Of a host that is an address; nullopt for a public one, and for a name.
std::optional<std::string> WhyHostNotPublic(std::string host) {
  if (host.ends_with('.')) {
    host.pop_back();  // It says that a name is whole.
  }
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    return WhyNotPublic(v4);
  }
  in6_addr v6{};
  if (host.starts_with('[') &&
      inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6) == 1) {
    return WhyNotPublic(v6);
  }
  return IsLocalhost(host) ? std::optional<std::string>("this machine") : std::nullopt;
}

}  // namespace

base::Result<WebhookUrl> ParseWebhookUrl(const std::string& url) {
  if (!IsVisibleAscii(url)) {
    return base::InvalidArgument(
        "the URL must be of visible ASCII characters; write others as %XX or xn--");
  }
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
  CHECK(parsed != nullptr);
  const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0);
  const auto scheme = Part(parsed.get(), CURLUPART_SCHEME);
  if (code == CURLUE_UNSUPPORTED_SCHEME ||
      (scheme.has_value() && *scheme != "https" && *scheme != "http")) {
    return base::InvalidArgument("the URL must begin with https:// or http://");
  }
  if (code != CURLUE_OK) {
    return base::InvalidArgument(std::string("the URL is none: ") + curl_url_strerror(code));
  }
  if (!HasTwoSlashes(url)) {
    return base::InvalidArgument("the URL is none: two slashes must stand before the host");
  }
  if (Part(parsed.get(), CURLUPART_USER) || Part(parsed.get(), CURLUPART_PASSWORD)) {
    return base::InvalidArgument(
        "the URL carries credentials; receivers verify the signature instead");
  }
  if (Part(parsed.get(), CURLUPART_FRAGMENT)) {
    return base::InvalidArgument("the URL has a fragment (#...), which would never be sent");
  }
  const auto host = Part(parsed.get(), CURLUPART_HOST);
  const auto port = Part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (!host || host->empty() || !port) {
    return base::InvalidArgument("the URL names no host");
  }
  if (!IsHost(*host)) {  // Percent signs are decoded by now.
    return base::InvalidArgument("the URL's host has characters that no name and no address has");
  }
  if (Part(parsed.get(), CURLUPART_ZONEID)) {
    return base::InvalidArgument(
        "the URL's address has a zone, which means something on one machine only");
  }
  if (*port == "0") {
    return base::InvalidArgument("port 0 cannot be connected to");
  }
  return WebhookUrl{.is_https = *scheme == "https", .host = *host, .port = *port};
}

base::Result<void> CheckSecure(const WebhookUrl& url) {
  if (!url.is_https) {
    return base::InvalidArgument(
        "http is neither encrypted nor verified: use https, or set allow_insecure");
  }
  if (const auto why = WhyHostNotPublic(url.host)) {
    return base::InvalidArgument(url.host + " is " + *why +
                                 ", not a public address: set allow_insecure to send there");
  }
  return {};
}

}  // namespace paylog::notifier
