#pragma once

#include <string>

#include "paylog/base/result.h"
#include "paylog/log_sqlite/file.h"

namespace paylog::log_sqlite {

// The right to open a log's directory, held by one opener at a time, in this process or another. It
// is a lock on the file (flock), not the file: the kernel drops it when its owner dies, however it
// dies. The content, the owner's pid, is for display only.
class OwnerLock {
 public:
  // kBusy, naming the owner's pid, where somebody holds it.
  static base::Result<OwnerLock> Take(const std::string& path);

 private:
  explicit OwnerLock(File file) : file_(std::move(file)) {}

  File file_;
};

}  // namespace paylog::log_sqlite
