#include "paylog/log_sqlite/owner_lock.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "paylog/base/ascii.h"

namespace paylog::log_sqlite {
namespace {

constexpr std::size_t kPidDigitsMax = 20;

std::string OwnerOf(const File& file) {
  base::Result<std::string> content = file.ReadAt(0, kPidDigitsMax);
  if (!content) {
    return "unknown";
  }
  while (!content->empty() && content->back() == '\n') {
    content->pop_back();
  }
  const bool readable =
      !content->empty() && std::all_of(content->begin(), content->end(), base::IsDigit);
  return readable ? *content : "unknown";
}

}  // namespace

base::Result<OwnerLock> OwnerLock::Take(const std::string& path) {
  PAYLOG_ASSIGN(File file, File::Open(path, O_RDWR | O_CREAT));
  int code = 0;
  do {
    code = flock(file.descriptor(), LOCK_EX | LOCK_NB);
  } while (code != 0 && errno == EINTR);
  if (code != 0 && errno == EWOULDBLOCK) {
    return base::Error{
        .code = base::ErrorCode::kBusy,
        .context = "the log is owned by process " + OwnerOf(file) + " (lock on " + path + ")",
        .retriable = true};
  }
  if (code != 0) {
    return ErrnoError("locking " + path);
  }
  PAYLOG_TRY(file.Truncate(0));
  PAYLOG_TRY(file.WriteAt(0, std::to_string(getpid()) + "\n"));
  return OwnerLock(std::move(file));
}

}  // namespace paylog::log_sqlite
