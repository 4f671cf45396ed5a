#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "paylog/notifier/sink/attempt_queue.h"
#include "paylog/notifier/sink/http_sender.h"
#include "paylog/notifier/sink/response_head.h"
#include "paylog/notifier/sink/webhook_url.h"

namespace paylog::notifier {

// One POST, as libcurl carries it out, and what is looked at on the way. Internal to sink. Used by
// one thread at a time; stays where it is, since libcurl points into it.
class HttpTransfer {
 public:
  // REQUIRES: the options outlive it; the rest as HttpSender::Send says.
  HttpTransfer(QueuedAttempt attempt, const HttpSenderOptions& options);
  ~HttpTransfer() = default;
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  // What to add to a multi handle, and to remove before the end of this.
  [[nodiscard]] CURL* handle() const { return handle_.get(); }
  // The transfer that this handle belongs to.
  static HttpTransfer* Of(CURL* handle);

  [[nodiscard]] const std::string& endpoint_name() const { return attempt_.attempt.endpoint->name; }
  // How it ended, from what libcurl says of it.
  [[nodiscard]] AttemptOutcome OutcomeOf(CURLcode code) const;
  // Calls Done. REQUIRES: for the first time.
  void Finish(AttemptOutcome outcome);

 private:
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  void SetRequest();
  void SetLimits();
  void SetSecurity();
  void AddHeader(const std::string& line);
  template <typename Value>
  void Set(CURLoption option, Value value);

  [[nodiscard]] bool MayConnectTo(const sockaddr* address, socklen_t size);
  [[nodiscard]] std::string Explain(CURLcode code) const;

  static curl_socket_t OnOpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int OnConnected(void* self, char* address, char* local_address, int port, int local_port);
  static std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self);

  QueuedAttempt attempt_;
  const HttpSenderOptions& options_;
  const WebhookUrl url_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::string refused_;  // Why the receiver's address may not be connected to; empty: it may.
  std::size_t head_bytes_ = 0;
  ResponseHead head_;
  bool is_response_ = true;  // As far as it was read.
  std::size_t body_bytes_ = 0;
  char error_[CURL_ERROR_SIZE] = "";
  std::unique_ptr<CURL, FreeHandle> handle_;  // Last: it points to the others.
};

}  // namespace paylog::notifier
