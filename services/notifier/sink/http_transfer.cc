#include "paylog/notifier/sink/http_transfer.h"

#include <algorithm>
#include <utility>

#include <arpa/inet.h>
#include <unistd.h>

#include "paylog/base/check.h"
#include "paylog/notifier/sink/address_policy.h"
#include "paylog/notifier/sink/retry_after.h"
#include "paylog/notifier/sink/webhook_signature.h"

namespace paylog::notifier {
namespace {

constexpr std::size_t kErrorLengthMax = 200;

// A receiver's words may be in libcurl's messages.
std::string Printable(std::string_view text) {
  std::string printable(text.substr(0, kErrorLengthMax));
  std::replace_if(
      printable.begin(), printable.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return printable;
}

// As curl's CURLINFO_PRIMARY_IP spells it, without brackets; a zone may follow.
std::optional<std::string> WhyTextNotPublic(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    return WhyNotPublic(v4);
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &v6) == 1) {
    return WhyNotPublic(v6);
  }
  return "no internet address";
}

}  // namespace

HttpTransfer::HttpTransfer(QueuedAttempt attempt, const HttpSenderOptions& options)
    : attempt_(std::move(attempt)),
      options_(options),
      url_(ParseWebhookUrl(attempt_.attempt.endpoint->url).value()),
      handle_(curl_easy_init()) {
  CHECK(handle_ != nullptr);
  SetRequest();
  SetLimits();
  SetSecurity();
}

HttpTransfer* HttpTransfer::Of(CURL* handle) {
  HttpTransfer* transfer = nullptr;
  CHECK(curl_easy_getinfo(handle, CURLINFO_PRIVATE, &transfer) == CURLE_OK);
  return transfer;
}

template <typename Value>
void HttpTransfer::Set(CURLoption option, Value value) {
  CHECK(curl_easy_setopt(handle_.get(), option, value) == CURLE_OK);
}

void HttpTransfer::AddHeader(const std::string& line) {
  curl_slist* const list = curl_slist_append(headers_.get(), line.c_str());
  CHECK(list != nullptr);
  static_cast<void>(headers_.release());  // It is the head of `list`, or empty.
  headers_.reset(list);
}

void HttpTransfer::SetRequest() {
  const Attempt& attempt = attempt_.attempt;
  const WebhookHeaders signed_headers =
      SignWebhook(attempt.endpoint->secrets, attempt.id, attempt.time, attempt.payload);
  AddHeader("content-type: application/json");
  AddHeader("webhook-id: " + signed_headers.id);
  AddHeader("webhook-timestamp: " + signed_headers.timestamp);
  AddHeader("webhook-signature: " + signed_headers.signature);
  AddHeader("Expect:");  // No waiting for "100 Continue".
  Set(CURLOPT_URL, attempt.endpoint->url.c_str());
  Set(CURLOPT_HTTPHEADER, headers_.get());
  Set(CURLOPT_USERAGENT, "paylog");
  Set(CURLOPT_POST, 1L);
  Set(CURLOPT_POSTFIELDS, attempt.payload.data());
  Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(attempt.payload.size()));
  Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(CURLOPT_PRIVATE, this);
  Set(CURLOPT_ERRORBUFFER, static_cast<char*>(error_));
}

void HttpTransfer::SetLimits() {
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.total_timeout.count()));
  // Otherwise ending a transfer would wait for a resolver that does not answer, and all with it.
  Set(CURLOPT_QUICK_EXIT, 1L);
  Set(CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(CURLOPT_HEADERDATA, this);
  Set(CURLOPT_WRITEFUNCTION, &OnBody);
  Set(CURLOPT_WRITEDATA, this);
}

void HttpTransfer::SetSecurity() {
  Set(CURLOPT_PROTOCOLS_STR, attempt_.attempt.endpoint->allow_insecure ? "https,http" : "https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_PROXY, "");  // None, whatever the environment says.
  Set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca_file.empty()) {
    Set(CURLOPT_CAINFO, options_.ca_file.c_str());
    Set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  }
  Set(CURLOPT_OPENSOCKETFUNCTION, &OnOpenSocket);
  Set(CURLOPT_OPENSOCKETDATA, this);
  // Connections are used again, and the one that made this one may have had allow_insecure.
  Set(CURLOPT_PREREQFUNCTION, &OnConnected);
  Set(CURLOPT_PREREQDATA, this);
}

bool HttpTransfer::MayConnectTo(const sockaddr* address, socklen_t size) {
  if (attempt_.attempt.endpoint->allow_insecure) {
    return true;
  }
  if (refused_.empty()) {
    if (const auto why = WhyNotPublic(address, size)) {
      refused_ = AddressText(address, size) + " is " + *why;
    }
  }
  return refused_.empty();
}

// libcurl asks for each address that it is about to connect to, and would go on to the next one.
curl_socket_t HttpTransfer::OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address) {
  auto* const transfer = static_cast<HttpTransfer*>(self);
  if (purpose != CURLSOCKTYPE_IPCXN || !transfer->MayConnectTo(&address->addr, address->addrlen)) {
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Just before the request goes out.
int HttpTransfer::OnConnected(void* self, char* address, char* /*local_address*/, int /*port*/,
                              int /*local_port*/) {
  auto* const transfer = static_cast<HttpTransfer*>(self);
  if (transfer->attempt_.attempt.endpoint->allow_insecure) {
    return CURL_PREREQFUNC_OK;
  }
  if (transfer->refused_.empty()) {
    if (const auto why = WhyTextNotPublic(address)) {
      transfer->refused_ = std::string(address) + " is " + *why;
    }
  }
  return transfer->refused_.empty() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

// What is not the whole size ends the transfer.
std::size_t HttpTransfer::OnHeader(char* data, std::size_t size, std::size_t count, void* self) {
  auto* const transfer = static_cast<HttpTransfer*>(self);
  const std::size_t bytes = size * count;
  transfer->head_bytes_ += bytes;
  if (transfer->head_bytes_ > transfer->options_.head_bytes_max) {
    return CURL_WRITEFUNC_ERROR;
  }
  transfer->is_response_ = transfer->head_.Take({data, bytes});
  return transfer->is_response_ ? bytes : CURL_WRITEFUNC_ERROR;
}

std::size_t HttpTransfer::OnBody(char* /*data*/, std::size_t size, std::size_t count, void* self) {
  auto* const transfer = static_cast<HttpTransfer*>(self);
  const std::size_t bytes = size * count;
  transfer->body_bytes_ += bytes;
  return transfer->body_bytes_ > transfer->options_.body_bytes_max ? CURL_WRITEFUNC_ERROR : bytes;
}

AttemptOutcome HttpTransfer::OutcomeOf(CURLcode code) const {
  const bool cut_off = code == CURLE_WRITE_ERROR && body_bytes_ > options_.body_bytes_max;
  // libcurl takes a connection that closes for the end of the head.
  if ((code != CURLE_OK && !cut_off) || !head_.is_whole()) {
    return {.status = 0, .error = url_.Place() + ": " + Explain(code), .retry_after = std::nullopt};
  }
  AttemptOutcome outcome{.status = head_.status(), .error = {}, .retry_after = std::nullopt};
  if (head_.retry_after()) {
    outcome.retry_after = ParseRetryAfter(*head_.retry_after(), std::chrono::system_clock::now());
  }
  return outcome;
}

std::string HttpTransfer::Explain(CURLcode code) const {
  if (!refused_.empty()) {
    return "not sent: " + refused_ + ", not a public address (allow_insecure is off)";
  }
  if (head_bytes_ > options_.head_bytes_max) {
    return "the response's head is longer than " + std::to_string(options_.head_bytes_max) +
           " bytes";
  }
  if (!is_response_) {
    return "what came back is no response of HTTP/1.1";
  }
  if (code == CURLE_OK) {
    return "the response's head breaks off";
  }
  const std::string_view detail = error_;
  return Printable(detail.empty() ? curl_easy_strerror(code) : detail);
}

void HttpTransfer::Finish(AttemptOutcome outcome) {
  const Sender::Done done = std::exchange(attempt_.done, nullptr);
  done(std::move(outcome));
}

}  // namespace paylog::notifier
