#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "paylog/base/result.h"
#include "paylog/notifier/core/sender.h"

namespace paylog::notifier {

struct HttpSenderOptions {
  // To have a connection: resolving the name and the TLS handshake included.
  std::chrono::milliseconds connect_timeout{5'000};
  // For the whole attempt; Standard Webhooks recommends 15 to 30 s. An attempt that has not begun
  // by then, since others to the same endpoint are under way, ends too; so one lasts twice this at
  // most.
  std::chrono::milliseconds total_timeout{15'000};
  // Attempts under way at once, and so connections; each costs a file descriptor, idle ones too.
  std::size_t connections_max = 512;
  // Of one endpoint. As long as connections_max is larger than this times the endpoints that
  // stall, they delay no other.
  std::size_t connections_per_endpoint_max = 8;
  // Of a response. A longer head is an error; a longer body is cut off, and the status counts.
  std::size_t head_bytes_max = std::size_t{64} * 1024;
  std::size_t body_bytes_max = std::size_t{64} * 1024;
  // Certificates (PEM) that are trusted instead of the system's; empty: the system's.
  std::string ca_file;
};

// Sends webhooks with libcurl, on one thread of its own: POST, signed, HTTP/1.1, TLS 1.2 or newer
// with the receiver's certificate verified. Follows no redirect and uses no proxy, cookie or
// .netrc.
//
// Unless the endpoint has allow_insecure, only https goes out, and only to public addresses: each
// address is looked at where it is connected to, and one that is not public ends the attempt.
//
// An outcome has a status once the response's head is there and its body, as far as its limit, came
// whole. A response that breaks off, or that the time-out cuts, is an error. Thread-safe. Done is
// called on the sender's thread, and holds up all others while it runs; it may call Send, but not
// in answer to the cut-off by the destructor.
class HttpSender final : public Sender {
 public:
  // kInvalidArgument for a ca_file that cannot be read or limits of zero; kUnavailable where
  // libcurl can do without a thread only what would hold up everybody, resolving names.
  static base::Result<std::unique_ptr<HttpSender>> Start(const HttpSenderOptions& options);
  ~HttpSender() override;
  HttpSender(const HttpSender&) = delete;
  HttpSender& operator=(const HttpSender&) = delete;

  // REQUIRES: the endpoint's URL is as ReadEndpoints checks it, and SignWebhook's of id and
  // secrets.
  void Send(Attempt attempt, Done done) override;

 private:
  class Loop;
  explicit HttpSender(std::unique_ptr<Loop> loop);

  std::unique_ptr<Loop> loop_;
};

}  // namespace paylog::notifier
