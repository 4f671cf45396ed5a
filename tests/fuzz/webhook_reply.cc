#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "paylog/base/check.h"
#include "paylog/notifier/sink/http_sender.h"
#include "paylog/notifier/sink/retry_after.h"
#include "paylog/tests/fuzz/targets.h"

// A receiver that answers with the input and closes, over a real connection on loopback.
namespace paylog::fuzz {
namespace {

using notifier::AttemptOutcome;

constexpr int kDeadlineMilliseconds = 20'000;

// What the call returns once no signal cut it short: libFuzzer sets an alarm now and then.
template <typename Call>
auto Uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}
constexpr std::size_t kErrorLengthMax = 300;

class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    CHECK(::bind(socket_, generic, size) == 0 && ::listen(socket_, SOMAXCONN) == 0);
    CHECK(::getsockname(socket_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::string Url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/";
  }

  // Takes one connection and one request, writes this, and closes.
  void Answer(std::string_view response) const {
    pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
    CHECK(Uninterrupted([&] { return ::poll(&wait, 1, kDeadlineMilliseconds); }) == 1);
    const int connection =
        Uninterrupted([&] { return ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); });
    CHECK(connection >= 0);
    std::string request;
    while (!request.ends_with("\r\n\r\n{}")) {
      std::array<char, 4'096> block{};
      const ssize_t count =
          Uninterrupted([&] { return ::recv(connection, block.data(), block.size(), 0); });
      CHECK(count > 0);
      request.append(block.data(), static_cast<std::size_t>(count));
    }
    // The sender need not read all of it.
    static_cast<void>(::send(connection, response.data(), response.size(), MSG_NOSIGNAL));
    ::close(connection);
  }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

// Waits for the one answer to an attempt.
class Answered {
 public:
  notifier::Sender::Done Done() {
    return [this](AttemptOutcome outcome) {
      const std::scoped_lock lock(mutex_);
      CHECK(!outcome_.has_value());
      outcome_ = std::move(outcome);
      changed_.notify_all();
    };
  }
  AttemptOutcome Wait() {
    std::unique_lock lock(mutex_);
    CHECK(changed_.wait_for(lock, std::chrono::milliseconds(kDeadlineMilliseconds),
                            [&] { return outcome_.has_value(); }));
    return *outcome_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<AttemptOutcome> outcome_;
};

void CheckRetryAfter(const std::optional<std::chrono::seconds>& retry_after) {
  CHECK(!retry_after || (retry_after->count() >= 0 && *retry_after <= notifier::kRetryAfterMax));
}

void CheckOutcome(const AttemptOutcome& outcome, std::string_view response) {
  CheckRetryAfter(outcome.retry_after);
  if (outcome.status == 0) {
    CHECK(!outcome.error.empty() && outcome.error.size() <= kErrorLengthMax);
    CHECK(std::all_of(outcome.error.begin(), outcome.error.end(),
                      [](char c) { return c >= ' ' && c <= '~'; }));
    CHECK(!outcome.retry_after);
    return;
  }
  CHECK(outcome.error.empty() && outcome.status >= 200 && outcome.status <= 999);
  // A status counts only if it stands there, in a head that ends.
  CHECK(response.starts_with("HTTP/"));
  CHECK(response.find(std::to_string(outcome.status)) != std::string_view::npos);
  CHECK(response.find("\n\r\n") != std::string_view::npos ||
        response.find("\n\n") != std::string_view::npos);
}

}  // namespace

void FuzzOneWebhookReply(Bytes input) {
  static const Listener kListener;
  static const auto kSender = notifier::HttpSender::Start({});
  static const auto kEndpoint = std::make_shared<const notifier::Endpoint>(
      notifier::Endpoint{.name = "fuzz",
                         .url = kListener.Url(),
                         .secrets = {std::string(24, 'k')},
                         .accounts = {},
                         .statuses = {},
                         .allow_insecure = true});
  const std::string_view response = TextOf(input);
  CheckRetryAfter(notifier::ParseRetryAfter(response, {}));
  Answered answered;
  (*kSender)->Send({.endpoint = kEndpoint, .id = "msg_1", .payload = "{}", .time = {}},
                   answered.Done());
  kListener.Answer(response);
  CheckOutcome(answered.Wait(), response);
}

std::vector<std::string> WebhookReplySeeds() {
  return {"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
          "HTTP/1.0 410 Gone\r\n\r\n",
          "HTTP/1.1 429 Slow\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n",
          "HTTP/1.1 503 Later\r\nRetry-After: Sun, 06 Nov 2044 08:49:37 GMT\r\n\r\n",
          "HTTP/1.1 103 Early\r\nlink: x\r\n\r\nHTTP/1.1 204 None\r\n\r\n",
          "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx: y\r\n\r\n",
          "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
          "HTTP/1.1 302 There\r\nlocation: http://127.0.0.1/\r\nset-cookie: a=b\r\n\r\n",
          "HTTP/1.1 401 Who\r\nwww-authenticate: Negotiate\r\n\r\n",
          "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf",
          "HTTP/1.1 000 None\r\n\r\n",
          "HTTP/1.1 200 OK\r\n folded: line\r\n\tmore\r\n\r\n",
          "Sunday, 06-Nov-94 08:49:37 GMT",
          "Sun Nov  6 08:49:37 1994"};
}

}  // namespace paylog::fuzz
