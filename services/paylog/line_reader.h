#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "paylog/base/result.h"

namespace paylog::cli {

// One line of input, without its end.
struct Line {
  std::string text;
  std::int64_t number = 0;      // From 1.
  std::int64_t end_offset = 0;  // The byte behind it: where a restart goes on.
  bool too_long = false;        // Then `text` holds only its beginning: never take it.
};

enum class ReadStatus {
  kLine,  // A line was read.
  kIdle,  // None came within a moment; a pipe may bring more.
  kEnd,   // There is no more.
};

// Reads lines from a file or, for "-", standard input. Memory stays bounded whatever comes. Used by
// one thread at a time; movable.
class LineReader {
 public:
  // Does not wait for the writer of a FIFO. kNotFound, kIo.
  static base::Result<LineReader> Open(const std::string& path);

  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&&) = delete;
  ~LineReader();

  // For kLine, `line` is the next one; an empty last line is not one. kIo where reading fails.
  base::Result<ReadStatus> Next(Line& line);

  // Is there a regular file behind it? Anything else can be read only once.
  [[nodiscard]] bool is_regular_file() const { return total_bytes_.has_value(); }
  // Bytes in the file when it was opened; nullopt for a pipe.
  [[nodiscard]] std::optional<std::int64_t> total_bytes() const { return total_bytes_; }

  // A SHA-256 over the file's bytes, in hexadecimal digits: the name of its progress. kIo.
  // REQUIRES: is_regular_file(), and no line was read.
  base::Result<std::string> Digest();
  // Goes on at `offset`, in bytes: the end of a line. kIo where the file ends before.
  // REQUIRES: is_regular_file(), and no line was read.
  base::Result<void> SkipTo(std::int64_t offset);
  // kIo where the file's size or time of change is no longer what it was when it was opened.
  // REQUIRES: is_regular_file().
  [[nodiscard]] base::Result<void> CheckUnchanged() const;

 private:
  LineReader(std::string path, int descriptor);
  base::Result<ReadStatus> Fill();
  // Takes what the buffer has of the current line; true where that is the end of it.
  bool TakeFromBuffer();
  void Finish(Line& line);

  std::string path_;
  int descriptor_;
  std::optional<std::int64_t> total_bytes_;
  std::int64_t modified_ns_ = 0;
  std::string buffer_;
  std::size_t next_ = 0;  // In the buffer.
  Line current_;          // As far as it was read.
  bool any_ = false;      // Was a byte of it read?
  bool ended_ = false;
  std::int64_t number_ = 0;
  std::int64_t offset_ = 0;
};

}  // namespace paylog::cli
