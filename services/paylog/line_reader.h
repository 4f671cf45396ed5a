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
  bool too_long = false;        // Then `text` holds only its beginning.
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
  // `offset`: where to begin, in bytes: the end of a line. kNotFound, kIo.
  static base::Result<LineReader> Open(const std::string& path, std::int64_t offset);

  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&&) = delete;
  ~LineReader();

  // For kLine, `line` is the next one; an empty last line is not one. kIo where reading fails.
  base::Result<ReadStatus> Next(Line& line);

  // Bytes in the file; nullopt for a pipe.
  [[nodiscard]] std::optional<std::int64_t> total_bytes() const { return total_bytes_; }

 private:
  LineReader(std::string path, int descriptor);
  base::Result<ReadStatus> Fill();
  // Takes what the buffer has of the current line; true where that is the end of it.
  bool TakeFromBuffer();
  void Finish(Line& line);

  std::string path_;
  int descriptor_;
  std::optional<std::int64_t> total_bytes_;
  std::string buffer_;
  std::size_t next_ = 0;  // In the buffer.
  Line current_;          // As far as it was read.
  bool any_ = false;      // Was a byte of it read?
  bool ended_ = false;
  std::int64_t number_ = 0;
  std::int64_t offset_ = 0;
};

// A SHA-256 over a file's bytes, in hexadecimal digits: the name of its progress.
base::Result<std::string> FileDigest(const std::string& path);

}  // namespace paylog::cli
