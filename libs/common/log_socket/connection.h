#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "paylog/base/result.h"

namespace paylog::log_socket {

// Of one frame: a batch of records, and room for a record that is larger than a batch may be.
inline constexpr std::size_t kFrameBytesMax = std::size_t{16} << 20;

// A connected or listening Unix socket, closed with the object. Frames are a size (4 bytes, least
// significant first) and so many bytes. Not thread-safe, but for Shutdown.
class Connection {
 public:
  explicit Connection(int descriptor) : descriptor_(descriptor) {}
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  // A send or a receive that makes no progress for so long fails with kTimedOut.
  void SetTimeouts(std::chrono::seconds send, std::chrono::seconds receive);

  // kUnavailable where the other side is gone; otherwise kIo or kTimedOut.
  base::Result<void> Send(std::string_view frame);
  // nullopt where the other side ended between two frames. kInvalidArgument for a size over the
  // limit, kUnavailable where the other side ended within a frame; kIo, kTimedOut.
  base::Result<std::optional<std::string>> Receive();

  // Ends both directions; who waits in Send or Receive returns. From any thread.
  void Shutdown();

 private:
  base::Result<std::string> ReceiveUpTo(std::size_t size);

  int descriptor_ = -1;
};

inline constexpr const char* kSocketName = "owner.sock";

// A socket in the directory, however long its path is, that its user alone may connect to. It takes
// the place of one that a dead owner left. REQUIRES: the caller owns the directory's log.
base::Result<Connection> Listen(const std::string& directory);
// kNotFound where nobody listens.
base::Result<Connection> Connect(const std::string& directory);

}  // namespace paylog::log_socket
