#include "paylog/cli/output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include "paylog/cli/commands.h"

namespace paylog::cli {

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
