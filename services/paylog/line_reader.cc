#include "paylog/cli/line_reader.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/stat.h>

#include "paylog/base/hash.h"
#include "paylog/base/limits.h"

namespace paylog::cli {
namespace {

using base::Error;
using base::ErrorCode;

// A body over the limit is reported, not read whole.
constexpr std::size_t kLineBytesMax = base::kBodyBytesMax + 1;
constexpr std::size_t kDigestChunk = 1 << 20;

Error FileError(const std::string& path, ErrorCode code) {
  return {.code = code, .context = path + ": " + std::strerror(errno)};
}

}  // namespace

void LineReader::Close::operator()(std::FILE* file) const {
  if (file != stdin) {
    (void)std::fclose(file);
  }
}

base::Result<LineReader> LineReader::Open(const std::string& path, std::int64_t offset) {
  std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    return FileError(path, errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo);
  }
  struct stat status {};
  if (::fstat(::fileno(file.get()), &status) != 0) {
    return FileError(path, ErrorCode::kIo);
  }
  if (S_ISDIR(status.st_mode)) {
    return Error{.code = ErrorCode::kIo, .context = path + ": is a directory"};
  }
  LineReader reader(std::move(file));
  reader.path_ = path;
  // Read rather than sought, so that line numbers are the file's.
  for (; reader.offset_ < offset; ++reader.offset_) {
    const int c = std::getc(reader.file_.get());
    if (c == EOF) {
      return Error{.code = ErrorCode::kIo,
                   .context = path + ": ends before byte " + std::to_string(offset)};
    }
    reader.number_ += c == '\n' ? 1 : 0;
  }
  if (S_ISREG(status.st_mode)) {
    reader.total_bytes_ = status.st_size;
  }
  return reader;
}

base::Result<std::optional<Line>> LineReader::Next() {
  Line line{.number = number_ + 1};
  bool any = false;
  for (int c = std::getc(file_.get()); c != EOF; c = std::getc(file_.get())) {
    any = true;
    ++offset_;
    if (c == '\n') {
      break;
    }
    if (line.text.size() < kLineBytesMax) {
      line.text.push_back(static_cast<char>(c));
    } else {
      line.too_long = true;
    }
  }
  if (std::ferror(file_.get()) != 0) {
    return FileError(path_, ErrorCode::kIo);
  }
  if (!any) {
    return std::optional<Line>();
  }
  ++number_;
  if (line.text.ends_with('\r')) {
    line.text.pop_back();
  }
  line.end_offset = offset_;
  return std::optional(std::move(line));
}

base::Result<std::string> FileDigest(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) {
    return FileError(path, errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo);
  }
  // A hash over the chunks' hashes, so that no file has to be in memory.
  std::string chunk(kDigestChunk, '\0');
  std::string hashes;
  for (std::size_t n = 0; (n = std::fread(chunk.data(), 1, chunk.size(), file.get())) > 0;) {
    hashes += base::Sha256(std::string_view(chunk).substr(0, n)).ToHex();
  }
  if (std::ferror(file.get()) != 0) {
    return FileError(path, ErrorCode::kIo);
  }
  return base::Sha256(hashes).ToHex();
}

}  // namespace paylog::cli
