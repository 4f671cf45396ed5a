#include "paylog/log_socket/connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "paylog/base/bytes.h"

namespace paylog::log_socket {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kSizeBytes = 4;
constexpr std::size_t kReceiveBytes = std::size_t{256} * 1024;
constexpr int kBacklog = 64;
constexpr mode_t kOwnerOnly = 0600;

Error Failed(const std::string& doing, ErrorCode code = ErrorCode::kIo) {
  return {.code = code, .context = doing + ": " + std::strerror(errno)};
}

Error Lost(const std::string& doing) {
  switch (errno) {
    case EAGAIN:
      return {.code = ErrorCode::kTimedOut, .context = doing + ": no progress"};
    case EPIPE:
    case ECONNRESET:
      return Failed(doing, ErrorCode::kUnavailable);
    default:
      return Failed(doing);
  }
}

// The directory, open, and the socket's address in it: a path through /proc is short whatever the
// directory's is (an address holds 107 bytes).
class Place {
 public:
  static base::Result<Place> Of(const std::string& directory) {
    const int descriptor = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
      return Failed("opening " + directory,
                    errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo);
    }
    return Place(descriptor);
  }
  Place(Place&& other) noexcept : directory_(std::exchange(other.directory_, -1)) {}
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (directory_ >= 0) {
      ::close(directory_);
    }
  }

  [[nodiscard]] int directory() const { return directory_; }
  [[nodiscard]] sockaddr_un Address() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = "/proc/self/fd/" + std::to_string(directory_) + '/' + kSocketName;
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    return address;
  }

 private:
  explicit Place(int directory) : directory_(directory) {}
  int directory_;
};

base::Result<Connection> NewSocket() {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    return Failed("making a socket");
  }
  return Connection(descriptor);
}

timeval TimeOf(std::chrono::seconds seconds) {
  return {.tv_sec = static_cast<time_t>(seconds.count()), .tv_usec = 0};
}

}  // namespace

Connection::Connection(Connection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

Connection::~Connection() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

void Connection::SetTimeouts(std::chrono::seconds send, std::chrono::seconds receive) {
  const timeval to_send = TimeOf(send);
  const timeval to_receive = TimeOf(receive);
  (void)::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &to_send, sizeof to_send);
  (void)::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &to_receive, sizeof to_receive);
}

base::Result<void> Connection::Send(std::string_view frame) {
  std::string bytes;
  bytes.reserve(kSizeBytes + frame.size());
  base::ByteWriter out(bytes);
  out.U32(static_cast<std::uint32_t>(frame.size()));
  out.Raw(frame);
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t count =
        ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return Lost("sending");
    }
    sent += static_cast<std::size_t>(count);
  }
  return {};
}

// So many bytes, fewer only at the end. Room is made as they come: a size alone costs nothing.
base::Result<std::string> Connection::ReceiveUpTo(std::size_t size) {
  std::string bytes;
  while (bytes.size() < size) {
    const std::size_t begun = bytes.size();
    bytes.resize(std::min(size, begun + kReceiveBytes));
    const ssize_t count = ::recv(descriptor_, bytes.data() + begun, bytes.size() - begun, 0);
    const int error = errno;
    bytes.resize(begun + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    errno = error;
    if (count < 0 && errno != EINTR) {
      return Lost("receiving");
    }
    if (count == 0) {
      break;
    }
  }
  return bytes;
}

base::Result<std::optional<std::string>> Connection::Receive() {
  PAYLOG_ASSIGN(const std::string header, ReceiveUpTo(kSizeBytes));
  if (header.empty()) {
    return std::optional<std::string>();
  }
  const Error cut_off{.code = ErrorCode::kUnavailable,
                      .context = "the other side ended in a frame"};
  if (header.size() < kSizeBytes) {
    return cut_off;
  }
  const std::uint32_t size = base::ByteReader(header).U32();
  if (size > kFrameBytesMax) {
    return Error{.code = ErrorCode::kInvalidArgument,
                 .context = "a frame of " + std::to_string(size) + " bytes"};
  }
  PAYLOG_ASSIGN(std::string frame, ReceiveUpTo(size));
  if (frame.size() < size) {
    return cut_off;
  }
  return std::optional(std::move(frame));
}

void Connection::Shutdown() {
  (void)::shutdown(descriptor_, SHUT_RDWR);
}

base::Result<Connection> Listen(const std::string& directory) {
  const std::string doing = "listening on " + directory + '/' + kSocketName;
  PAYLOG_ASSIGN(const Place place, Place::Of(directory));
  PAYLOG_ASSIGN(Connection socket, NewSocket());
  if (::unlinkat(place.directory(), kSocketName, 0) != 0 && errno != ENOENT) {
    return Failed(doing);
  }
  const sockaddr_un address = place.Address();
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  // Nobody can connect before it listens, so the mode comes in time.
  if (::bind(socket.descriptor(), generic, sizeof address) != 0 ||
      ::fchmodat(place.directory(), kSocketName, kOwnerOnly, 0) != 0 ||
      ::listen(socket.descriptor(), kBacklog) != 0) {
    return Failed(doing);
  }
  return socket;
}

base::Result<Connection> Connect(const std::string& directory) {
  PAYLOG_ASSIGN(const Place place, Place::Of(directory));
  PAYLOG_ASSIGN(Connection socket, NewSocket());
  const sockaddr_un address = place.Address();
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  int code = 0;
  do {
    code = ::connect(socket.descriptor(), generic, sizeof address);
  } while (code != 0 && errno == EINTR);
  if (code != 0) {
    const bool nobody = errno == ENOENT || errno == ECONNREFUSED;
    return Failed("connecting to " + directory + '/' + kSocketName,
                  nobody ? ErrorCode::kNotFound : ErrorCode::kIo);
  }
  return socket;
}

}  // namespace paylog::log_socket
