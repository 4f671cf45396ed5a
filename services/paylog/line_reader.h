#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
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

// Reads lines from a file or, for "-", standard input. Memory stays bounded whatever comes.
class LineReader {
 public:
  // `offset`: where to begin, in bytes: the end of a line. kNotFound, kIo.
  static base::Result<LineReader> Open(const std::string& path, std::int64_t offset);

  // nullopt at the end. An empty last line is not one. kIo where reading fails.
  base::Result<std::optional<Line>> Next();

  // Bytes in the file; nullopt for a pipe.
  [[nodiscard]] std::optional<std::int64_t> total_bytes() const { return total_bytes_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const;
  };
  explicit LineReader(std::unique_ptr<std::FILE, Close> file) : file_(std::move(file)) {}

  std::unique_ptr<std::FILE, Close> file_;
  std::string path_;
  std::optional<std::int64_t> total_bytes_;
  std::int64_t number_ = 0;
  std::int64_t offset_ = 0;
};

// The SHA-256 of a file's bytes, in hexadecimal digits: the name of its progress.
base::Result<std::string> FileDigest(const std::string& path);

}  // namespace paylog::cli
