#pragma once

// What a process owes its standard streams and its limits. Used by the main thread.
namespace paylog::service {

// Call before anything is opened. A standard stream that is closed is made one that fails, or else
// the next file opened, the log's perhaps, would get its number and whatever is printed. A limit on
// the size of files (SIGXFSZ) becomes an error of the write that meets it.
void PrepareProcess();

// For what writes to the log: losing the reader of its messages must not end it halfway. Others end
// at once, as users of `paylog read | head` expect.
void IgnoreBrokenPipes();

}  // namespace paylog::service
