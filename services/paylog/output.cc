#include "paylog/cli/output.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "paylog/cli/commands.h"

namespace paylog::cli {

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

bool OutputFailed() {
  return !std::cout.good() || std::ferror(stdout) != 0;
}

ExitCode FinishOutput(ExitCode code) {
  // std::cout has no buffer of its own. What could not be written is tried again, so errno tells.
  const bool flushed = std::fflush(stdout) == 0;
  const std::string reason = flushed ? "not everything was written" : std::strerror(errno);
  if (flushed && !OutputFailed()) {
    return code;
  }
  if (code == ExitCode::kDone || code == ExitCode::kIncomplete) {
    return ReportError("standard output: " + reason);
  }
  return code;  // Its error was reported.
}

}  // namespace paylog::cli
