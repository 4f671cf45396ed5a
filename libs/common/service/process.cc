#include "paylog/service/process.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace paylog::service {

void PrepareProcess() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF) {
      // Takes the lowest number that is free: `stream`. Open the wrong way round, so it fails.
      (void)::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
  (void)std::signal(SIGXFSZ, SIG_IGN);
}

void IgnoreBrokenPipes() {
  (void)std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace paylog::service
