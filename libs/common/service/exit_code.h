#pragma once

namespace paylog::service {

// What the process tells its caller. Rejected payments are results, not failures.
enum class ExitCode : int {
  kDone = 0,
  kIncomplete = 1,      // Some lines were not taken, or the audit found a difference.
  kUsage = 2,           // The command line cannot be understood.
  kOperatingError = 3,  // The log could not be opened, read or written.
};

}  // namespace paylog::service
