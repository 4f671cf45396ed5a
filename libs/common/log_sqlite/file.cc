#include "paylog/log_sqlite/file.h"

#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace paylog::log_sqlite {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

}  // namespace

base::Error ErrnoError(const std::string& doing) {
  const int code = errno;
  return {.code = code == ENOENT ? base::ErrorCode::kNotFound : base::ErrorCode::kIo,
          .context = doing + ": " + std::generic_category().message(code)};
}

base::Result<File> File::Open(const std::string& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return ErrnoError("opening " + path);
  }
  return File(descriptor, path);
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

File::~File() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

base::Result<std::string> File::ReadAt(std::int64_t at, std::size_t size) const {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        pread(descriptor_, bytes.data() + done, size - done, at + static_cast<std::int64_t>(done));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return ErrnoError("reading " + path_);
    }
    if (count == 0) {
      break;
    }
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

base::Result<void> File::WriteAt(std::int64_t at, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = pwrite(descriptor_, bytes.data(), bytes.size(), at);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return ErrnoError("writing " + path_);
    }
    at += count;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

base::Result<void> File::Truncate(std::int64_t size) {
  if (ftruncate(descriptor_, size) != 0) {
    return ErrnoError("truncating " + path_);
  }
  return {};
}

base::Result<void> File::Sync() {
  if (fdatasync(descriptor_) != 0) {
    return ErrnoError("syncing " + path_);
  }
  return {};
}

base::Result<void> File::WriteAgain() {
  for (std::int64_t at = 0;;) {
    PAYLOG_ASSIGN(const std::string bytes, ReadAt(at, kChunk));
    if (bytes.empty()) {
      return Sync();
    }
    PAYLOG_TRY(WriteAt(at, bytes));
    at += std::ssize(bytes);
  }
}

base::Result<void> SyncDirectory(const std::string& path) {
  PAYLOG_ASSIGN(File directory, File::Open(path, O_RDONLY | O_DIRECTORY));
  if (fsync(directory.descriptor()) != 0) {
    return ErrnoError("syncing " + path);
  }
  return {};
}

}  // namespace paylog::log_sqlite
