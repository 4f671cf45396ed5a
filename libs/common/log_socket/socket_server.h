#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "paylog/base/result.h"
#include "paylog/log/log.h"
#include "paylog/log_socket/connection.h"
#include "paylog/log_socket/session.h"

namespace paylog::log_socket {

struct ServerOptions {
  std::string directory;  // The log's.
  TopicNames writable;    // Where clients may produce to.
  // Connections at once; whoever comes then is told so.
  std::size_t sessions_max = 64;
};

// Lets other processes use an embedded log through a socket in its directory, while this one owns
// it. A thread for each connection: one that stalls, dies or talks nonsense concerns itself alone.
// Thread-safe; `log` must outlive it.
class SocketServer {
 public:
  // kIo where there can be no socket. REQUIRES: this process owns the directory's log.
  static base::Result<std::unique_ptr<SocketServer>> Start(log::Log& log, CutFunction cut,
                                                           const ServerOptions& options);
  // Ends all sessions, each after the request in hand, and takes the socket away.
  ~SocketServer();
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;

 private:
  struct Client {
    explicit Client(Connection accepted) : connection(std::move(accepted)) {}
    Connection connection;
    bool ended = false;  // Guarded by mutex_.
    std::thread thread;
  };

  SocketServer(log::Log& log, CutFunction cut, const ServerOptions& options, Connection listening);
  void Accept();
  void Admit(Connection connection);
  void Serve(Client& client);
  // Joins threads that have ended. REQUIRES: mutex_ is held.
  void Reap();

  log::Log& log_;
  const CutFunction cut_;
  const ServerOptions options_;
  Connection listening_;
  std::mutex mutex_;
  bool stopping_ = false;
  std::list<Client> clients_;
  std::thread accepting_;  // Last: it uses all the others.
};

}  // namespace paylog::log_socket
