#pragma once

#include "paylog/cli/exit_code.h"

// What a process owes its standard streams and its limits. Used by the main thread.
namespace paylog::cli {

// Call before anything is opened. A standard stream that is closed is made one that fails, or else
// the next file opened, the log's perhaps, would get its number and whatever is printed. A limit on
// the size of files (SIGXFSZ) becomes an error of the write that meets it.
void PrepareProcess();

// For a command that writes to the log: losing the reader of its messages must not end it halfway.
// The others end at once, as users of `paylog read | head` expect.
void IgnoreBrokenPipes();

// Has writing to standard output failed, so that more is in vain?
bool OutputFailed();

// Writes out what is buffered. kOperatingError, with a line on standard error, where standard
// output did not take everything; otherwise `code`.
ExitCode FinishOutput(ExitCode code);

}  // namespace paylog::cli
