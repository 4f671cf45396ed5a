#include "paylog/log_socket/socket_server.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace paylog::log_socket {
namespace {

// A client that takes nothing for so long keeps its place no longer.
constexpr std::chrono::seconds kSendTimeout{30};
constexpr std::chrono::seconds kNoTimeout{0};
// Where descriptors are short, until there may be one.
constexpr std::chrono::milliseconds kAcceptAgain{100};

}  // namespace

base::Result<std::unique_ptr<SocketServer>> SocketServer::Start(log::Log& log, CutFunction cut,
                                                                const ServerOptions& options) {
  PAYLOG_ASSIGN(Connection listening, Listen(options.directory));
  return std::unique_ptr<SocketServer>(
      new SocketServer(log, std::move(cut), options, std::move(listening)));
}

SocketServer::SocketServer(log::Log& log, CutFunction cut, const ServerOptions& options,
                           Connection listening)
    : log_(log),
      cut_(std::move(cut)),
      options_(options),
      listening_(std::move(listening)),
      accepting_([this] { Accept(); }) {}

SocketServer::~SocketServer() {
  (void)::unlink((options_.directory + '/' + kSocketName).c_str());
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    for (Client& client : clients_) {
      client.connection.Shutdown();
    }
  }
  listening_.Shutdown();
  accepting_.join();
  for (Client& client : clients_) {
    client.thread.join();
  }
}

void SocketServer::Accept() {
  while (true) {
    const int descriptor = ::accept4(listening_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
    const int error = errno;
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) {
        if (descriptor >= 0) {
          ::close(descriptor);
        }
        return;
      }
    }
    if (descriptor >= 0) {
      Admit(Connection(descriptor));
    } else if (error != EINTR && error != ECONNABORTED) {
      std::this_thread::sleep_for(kAcceptAgain);
    }
  }
}

void SocketServer::Admit(Connection connection) {
  connection.SetTimeouts(kSendTimeout, kNoTimeout);
  const std::scoped_lock lock(mutex_);
  Reap();
  Greeting greeting{.version = kProtocolVersion, .pid = ::getpid(), .refusal = {}};
  if (clients_.size() >= options_.sessions_max) {
    greeting.refusal = std::to_string(clients_.size()) + " others use the log at this moment";
  }
  // So small that it never waits.
  if (!connection.Send(EncodeGreeting(greeting)) || !greeting.refusal.empty() || stopping_) {
    return;
  }
  Client& client = clients_.emplace_back(std::move(connection));
  client.thread = std::thread([this, &client] { Serve(client); });
}

void SocketServer::Serve(Client& client) {
  Session session(log_, cut_, options_.writable);
  while (true) {
    const auto request = client.connection.Receive();
    if (!request || !request->has_value()) {
      break;
    }
    const Session::Answer answer = session.AnswerTo(**request);
    if (!client.connection.Send(answer.frame) || answer.last) {
      break;
    }
  }
  client.connection.Shutdown();
  const std::scoped_lock lock(mutex_);
  client.ended = true;
}

void SocketServer::Reap() {
  for (auto client = clients_.begin(); client != clients_.end();) {
    if (client->ended) {
      client->thread.join();
      client = clients_.erase(client);
    } else {
      ++client;
    }
  }
}

}  // namespace paylog::log_socket
