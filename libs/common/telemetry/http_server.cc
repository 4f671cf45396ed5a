#include "paylog/telemetry/http_server.h"

#include <atomic>
#include <charconv>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>

#include <httplib.h>

namespace paylog::telemetry {
namespace {

using base::Error;
using base::ErrorCode;

// A probe and a scraper, and one more that is slow.
constexpr std::size_t kThreads = 3;
constexpr std::size_t kPayloadMax = 1'024;  // Nobody has anything to send.
constexpr time_t kTimeoutSeconds = 5;
constexpr std::size_t kRequestsOfAConnectionMax = 100;

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};

std::optional<Endpoint> ParseEndpoint(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    return std::nullopt;
  }
  Endpoint endpoint{.host = address.substr(0, colon), .port = 0};
  if (endpoint.host.front() == '[' && endpoint.host.back() == ']') {
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  }
  const char* const end = address.data() + address.size();
  const auto [rest, error] = std::from_chars(address.data() + colon + 1, end, endpoint.port);
  if (error != std::errc() || rest != end || endpoint.host.empty()) {
    return std::nullopt;
  }
  return endpoint;
}

std::string Format(const Endpoint& endpoint, int port) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? '[' + endpoint.host + ']' : endpoint.host) + ':' + std::to_string(port);
}

}  // namespace

struct HttpServer::Implementation {
  httplib::Server server;
  std::atomic<bool> ended{false};
  std::jthread thread;
};

HttpServer::HttpServer(std::unique_ptr<Implementation> implementation, std::string address)
    : implementation_(std::move(implementation)), address_(std::move(address)) {}

base::Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address,
                                                            const Handlers& handlers) {
  const auto endpoint = ParseEndpoint(address);
  if (!endpoint) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "'" + address + "' is not of the form HOST:PORT"};
  }
  auto implementation = std::make_unique<Implementation>();
  httplib::Server& server = implementation->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };  // The server owns it.
  server.set_payload_max_length(kPayloadMax);
  server.set_read_timeout(kTimeoutSeconds);
  server.set_write_timeout(kTimeoutSeconds);
  server.set_keep_alive_max_count(kRequestsOfAConnectionMax);
  server.set_keep_alive_timeout(kTimeoutSeconds);
  // Its default, SO_REUSEPORT, would let two processes share a port without a word.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    (void)setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  for (const auto& [path, handler] : handlers) {
    server.Get(path, [handler = handler](const httplib::Request& /*request*/,
                                         httplib::Response& response) {
      const HttpResponse answer = handler();
      response.status = answer.status;
      response.set_content(answer.body, answer.content_type);
    });
  }
  const int port = endpoint->port == 0 ? server.bind_to_any_port(endpoint->host)
                   : server.bind_to_port(endpoint->host, endpoint->port) ? endpoint->port
                                                                         : -1;
  if (port < 0) {
    return Error{.code = ErrorCode::kBusy,
                 .context = "cannot listen on " + address +
                            ": it is taken, or not an address of this machine"};
  }
  implementation->thread = std::jthread([&server, &ended = implementation->ended] {
    (void)server.listen_after_bind();
    ended = true;
  });
  // A server that does not run yet does not take note of stop().
  while (!server.is_running() && !implementation->ended) {
    std::this_thread::yield();
  }
  return std::unique_ptr<HttpServer>(
      new HttpServer(std::move(implementation), Format(*endpoint, port)));
}

HttpServer::~HttpServer() {
  implementation_->server.stop();
}

}  // namespace paylog::telemetry
