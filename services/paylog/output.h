#pragma once

#include "paylog/service/exit_code.h"

// Standard output of a command. Used by the main thread.
namespace paylog::cli {

// Has writing to standard output failed, so that more is in vain?
bool OutputFailed();

// Has whoever read standard output gone? Who waits for something to write asks, since otherwise
// only the next write would tell. Ends the process as that write would, by SIGPIPE, unless it is
// ignored.
bool OutputClosed();

// Writes out what is buffered. kOperatingError, with a line on standard error, where standard
// output did not take everything; otherwise `code`.
service::ExitCode FinishOutput(service::ExitCode code);

}  // namespace paylog::cli
