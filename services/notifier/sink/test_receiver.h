#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace paylog::notifier {

// A request as it came. Plain value.
struct ReceivedRequest {
  std::string first_line;                      // "POST /hook HTTP/1.1"
  std::map<std::string, std::string> headers;  // Names in lower case.
  std::string body;
};

// One connection to a TestReceiver. Used by the thread of that connection.
class ReceiverConnection {
 public:
  explicit ReceiverConnection(int socket) : socket_(socket) {}

  // nullopt: the sender, or the receiver's end, closed the connection.
  std::optional<ReceivedRequest> ReadRequest();
  // false: it is closed.
  bool Write(std::string_view bytes);
  // Takes nothing and says nothing until the sender, or the receiver's end, closes.
  void Stall();

 private:
  bool ReadMore();

  const int socket_;
  std::string buffer_;
};

// A server on loopback that talks as a script says, with a thread for each connection. For tests.
// Thread-safe. The destructor closes all connections; scripts must end on that.
class TestReceiver {
 public:
  using Script = std::function<void(ReceiverConnection&)>;

  explicit TestReceiver(Script script);
  ~TestReceiver();
  TestReceiver(const TestReceiver&) = delete;
  TestReceiver& operator=(const TestReceiver&) = delete;

  // "http://127.0.0.1:PORT/hook"
  [[nodiscard]] std::string Url() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void Accept();
  void Serve(int socket);

  const Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  bool stopped_ = false;              // Guarded by mutex_.
  std::vector<int> sockets_;          // Guarded by mutex_. Open until the end.
  std::vector<std::thread> threads_;  // Guarded by mutex_.
  std::thread accepting_;
};

// Answers each request with this text, connection after connection.
TestReceiver::Script Answer(std::string response);
// "HTTP/1.1 <status> X", the headers ("name: value\r\n" each), and a short body.
std::string Response(int status, const std::string& headers = {});

}  // namespace paylog::notifier
