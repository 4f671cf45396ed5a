#include "paylog/cli/line_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paylog/base/check.h"
#include "paylog/base/hash.h"
#include "paylog/base/limits.h"

namespace paylog::cli {
namespace {

using base::Error;
using base::ErrorCode;

// A body over the limit is reported, not read whole.
constexpr std::size_t kLineBytesMax = base::kBodyBytesMax + 1;
constexpr std::size_t kChunkBytes = std::size_t{256} * 1024;
constexpr int kIdleMs = 100;

Error FileError(const std::string& path) {
  return {.code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
          .context = path + ": " + std::strerror(errno)};
}

std::int64_t ModifiedNs(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace

LineReader::LineReader(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

LineReader::LineReader(LineReader&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      total_bytes_(other.total_bytes_),
      modified_ns_(other.modified_ns_),
      buffer_(std::move(other.buffer_)),
      next_(other.next_),
      current_(std::move(other.current_)),
      any_(other.any_),
      ended_(other.ended_),
      number_(other.number_),
      offset_(other.offset_) {}

LineReader::~LineReader() {
  if (descriptor_ > STDIN_FILENO) {
    (void)::close(descriptor_);
  }
}

base::Result<LineReader> LineReader::Open(const std::string& path) {
  // Without O_NONBLOCK, opening a FIFO would wait for its writer, deaf to every signal.
  const int descriptor =
      path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return FileError(path);
  }
  LineReader reader(path == "-" ? "standard input" : path, descriptor);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    return FileError(reader.path_);
  }
  if (S_ISDIR(status.st_mode)) {
    return Error{.code = ErrorCode::kIo, .context = path + ": is a directory"};
  }
  if (S_ISREG(status.st_mode)) {
    reader.total_bytes_ = status.st_size;
    reader.modified_ns_ = ModifiedNs(status);
  }
  return reader;
}

base::Result<std::string> LineReader::Digest() {
  CHECK(is_regular_file() && number_ == 0);
  // A hash over the chunks' hashes, so that no file has to be in memory.
  std::string chunk(kChunkBytes, '\0');
  std::string hashes;
  for (std::size_t filled = kChunkBytes; filled == kChunkBytes;) {
    filled = 0;
    for (ssize_t got = 1; got > 0 && filled < kChunkBytes;) {
      got = ::read(descriptor_, chunk.data() + filled, kChunkBytes - filled);
      if (got < 0) {
        return FileError(path_);
      }
      filled += static_cast<std::size_t>(got);
    }
    if (filled > 0) {
      hashes += base::Sha256(std::string_view(chunk).substr(0, filled)).ToHex();
    }
  }
  if (::lseek(descriptor_, 0, SEEK_SET) != 0) {
    return FileError(path_);
  }
  return base::Sha256(hashes).ToHex();
}

base::Result<void> LineReader::SkipTo(std::int64_t offset) {
  CHECK(is_regular_file() && number_ == 0);
  // Read rather than sought, so that line numbers are the file's.
  for (Line skipped; offset_ < offset;) {
    PAYLOG_ASSIGN(const ReadStatus read, Next(skipped));
    if (read == ReadStatus::kEnd) {
      return Error{.code = ErrorCode::kIo,
                   .context = path_ + ": ends before byte " + std::to_string(offset)};
    }
  }
  return {};
}

base::Result<void> LineReader::CheckUnchanged() const {
  CHECK(is_regular_file());
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) {
    return FileError(path_);
  }
  if (status.st_size != *total_bytes_ || ModifiedNs(status) != modified_ns_) {
    return Error{
        .code = ErrorCode::kIo,
        .context = path_ + ": was changed while it was read; start again when it is whole"};
  }
  return {};
}

base::Result<ReadStatus> LineReader::Next(Line& line) {
  while (!TakeFromBuffer()) {
    if (ended_) {
      if (!any_) {
        return ReadStatus::kEnd;
      }
      break;
    }
    PAYLOG_ASSIGN(const ReadStatus filled, Fill());
    if (filled == ReadStatus::kIdle) {
      return filled;
    }
  }
  Finish(line);
  return ReadStatus::kLine;
}

bool LineReader::TakeFromBuffer() {
  if (next_ == buffer_.size()) {
    return false;
  }
  any_ = true;
  const std::size_t found = buffer_.find('\n', next_);
  const std::size_t end = found == std::string::npos ? buffer_.size() : found;
  const std::size_t room = kLineBytesMax - std::min(kLineBytesMax, current_.text.size());
  current_.text.append(buffer_, next_, std::min(room, end - next_));
  current_.too_long = current_.too_long || end - next_ > room;
  const bool complete = found != std::string::npos;
  const std::size_t taken = end - next_ + (complete ? 1 : 0);
  offset_ += static_cast<std::int64_t>(taken);
  next_ += taken;
  return complete;
}

base::Result<ReadStatus> LineReader::Fill() {
  pollfd poll{.fd = descriptor_, .events = POLLIN, .revents = 0};
  if (::poll(&poll, 1, kIdleMs) <= 0) {
    return ReadStatus::kIdle;
  }
  buffer_.resize(kChunkBytes);
  next_ = 0;
  const ssize_t got = ::read(descriptor_, buffer_.data(), buffer_.size());
  buffer_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (got < 0) {
    if (errno == EINTR || errno == EAGAIN) {
      return ReadStatus::kIdle;
    }
    return FileError(path_);
  }
  ended_ = got == 0;
  return ReadStatus::kLine;
}

void LineReader::Finish(Line& line) {
  line = std::exchange(current_, {});
  any_ = false;
  if (!line.too_long && line.text.ends_with('\r')) {
    line.text.pop_back();
  }
  line.number = ++number_;
  line.end_offset = offset_;
}

}  // namespace paylog::cli
