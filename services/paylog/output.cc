#include "paylog/cli/output.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include <poll.h>
#include <unistd.h>

#include "paylog/cli/commands.h"

namespace paylog::cli {

bool OutputFailed() {
  return !std::cout.good() || std::ferror(stdout) != 0;
}

bool OutputClosed() {
  pollfd output{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  if (poll(&output, 1, 0) <= 0 || (output.revents & (POLLERR | POLLHUP)) == 0) {
    return false;
  }
  (void)std::raise(SIGPIPE);
  return true;
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
