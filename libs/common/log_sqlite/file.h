#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "paylog/base/result.h"

namespace paylog::log_sqlite {

// An open file descriptor, closed with the object. Not thread-safe. Errors: kNotFound where the
// file does not exist, else kIo.
class File {
 public:
  // `flags` as for open(2); new files get mode 0600.
  static base::Result<File> Open(const std::string& path, int flags);

  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  // Up to `size` bytes; fewer only at the end of the file.
  [[nodiscard]] base::Result<std::string> ReadAt(std::int64_t at, std::size_t size) const;
  base::Result<void> WriteAt(std::int64_t at, std::string_view bytes);
  base::Result<void> Truncate(std::int64_t size);
  base::Result<void> Sync();
  // Writes what the file holds over itself, and syncs it. A sync alone would pass over what an
  // earlier one, of any process, has failed to write: the kernel takes that for written.
  base::Result<void> WriteAgain();

 private:
  File(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_ = -1;
  std::string path_;
};

// kIo with the words for errno, or kNotFound for ENOENT.
base::Error ErrnoError(const std::string& doing);

// Makes names that were created in the directory durable.
base::Result<void> SyncDirectory(const std::string& path);

}  // namespace paylog::log_sqlite
