#include "paylog/notifier/sink/test_receiver.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "paylog/base/check.h"

namespace paylog::notifier {
namespace {

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

ReceivedRequest ParseHead(std::string_view head) {
  ReceivedRequest request;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string line(head.substr(0, end));
    head.remove_prefix(end + 2);
    const std::size_t colon = line.find(": ");
    if (request.first_line.empty()) {
      request.first_line = line;
    } else if (colon != std::string::npos) {
      request.headers[Lower(line.substr(0, colon))] = line.substr(colon + 2);
    }
  }
  return request;
}

}  // namespace

bool ReceiverConnection::ReadMore() {
  std::array<char, 16'384> block{};
  const ssize_t count = ::recv(socket_, block.data(), block.size(), 0);
  if (count > 0) {
    buffer_.append(block.data(), static_cast<std::size_t>(count));
  }
  return count > 0;
}

std::optional<ReceivedRequest> ReceiverConnection::ReadRequest() {
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!ReadMore()) {
      return std::nullopt;
    }
  }
  ReceivedRequest request = ParseHead(std::string_view(buffer_).substr(0, end + 2));
  buffer_.erase(0, end + 4);
  const auto length = request.headers.find("content-length");
  const std::size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
  while (buffer_.size() < size) {
    if (!ReadMore()) {
      return std::nullopt;
    }
  }
  request.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return request;
}

bool ReceiverConnection::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void ReceiverConnection::Stall() {
  while (ReadMore()) {
    buffer_.clear();
  }
}

TestReceiver::TestReceiver(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  CHECK(listener_ >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  CHECK(::bind(listener_, generic, size) == 0);
  CHECK(::listen(listener_, SOMAXCONN) == 0);
  CHECK(::getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

TestReceiver::~TestReceiver() {
  std::vector<std::thread> threads;
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    for (const int socket : sockets_) {
      ::shutdown(socket, SHUT_RDWR);
    }
    threads.swap(threads_);
  }
  ::shutdown(listener_, SHUT_RDWR);  // Ends accept().
  accepting_.join();
  for (std::thread& thread : threads) {
    thread.join();
  }
  ::close(listener_);
  for (const int socket : sockets_) {
    ::close(socket);
  }
}

std::string TestReceiver::Url() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/hook";
}

void TestReceiver::Accept() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::scoped_lock lock(mutex_);
    if (socket < 0 || stopped_) {
      if (socket >= 0) {
        ::close(socket);
      }
      return;
    }
    ++connections_;
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void TestReceiver::Serve(int socket) {
  ReceiverConnection connection(socket);
  script_(connection);
  ::shutdown(socket, SHUT_RDWR);  // The number stays taken until the end.
}

TestReceiver::Script Answer(std::string response) {
  return [response = std::move(response)](ReceiverConnection& connection) {
    while (connection.ReadRequest() && connection.Write(response)) {
    }
  };
}

std::string Response(int status, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\ncontent-length: 2\r\n" + headers + "\r\nok";
}

}  // namespace paylog::notifier
