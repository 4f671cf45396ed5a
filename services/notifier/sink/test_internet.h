#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace paylog::notifier {

// The names and addresses of a test: while it lives, getaddrinfo, connect and getpeername of this
// process are its own, so that libcurl can be led to any address and nothing leaves the machine.
// One at a time. Thread-safe.
class TestInternet {
 public:
  TestInternet();
  // Waits until nobody resolves any more.
  ~TestInternet();
  TestInternet(const TestInternet&) = delete;
  TestInternet& operator=(const TestInternet&) = delete;

  // The name resolves to these, in this order.
  void Name(const std::string& name, std::vector<std::string> addresses);
  // Resolving the name does not return before Release.
  void Stall(const std::string& name);
  void Release();
  // What listens there: a port of loopback. At other addresses connections are refused.
  void Host(const std::string& address, std::uint16_t port);

  // All that was connected to, in order.
  [[nodiscard]] std::vector<std::string> connected() const;
  // Waits until somebody resolves a stalled name.
  void WaitForStalled();

  // For the functions that take the place of the C library's.
  std::vector<std::string> Resolve(const std::string& name);
  // The port of loopback; 0: refused.
  std::uint16_t Connect(int socket, const std::string& address);
  // Where this socket is connected to; empty: not through here.
  [[nodiscard]] std::string PeerOf(int socket) const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::vector<std::string>> names_;
  std::set<std::string> stalled_;
  std::map<std::string, std::uint16_t> hosts_;
  std::vector<std::string> connected_;
  std::map<int, std::string> peers_;
  int resolving_stalled_ = 0;
};

}  // namespace paylog::notifier
