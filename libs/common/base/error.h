#pragma once

#include <string>
#include <string_view>

namespace paylog::base {

// What kind of operating error happened. A business "no" is never one of these: see
// model/result_code.h.
enum class ErrorCode {
  kInvalidArgument,    // The caller's input cannot be used; trying again changes nothing.
  kNotFound,           // The named thing does not exist.
  kAlreadyExists,      // The named thing exists with another definition.
  kBusy,               // Another process or owner holds it.
  kRefused,            // Credentials or rights are missing.
  kIo,                 // The disk or the network failed.
  kCorrupt,            // Stored bytes do not match their checksum or their own structure.
  kLostRecords,        // The log is shorter than something that was derived from it.
  kFenced,             // A newer owner of the same transactional id exists.
  kIllegalGeneration,  // The group moved on: the assignment is no longer ours.
  kTainted,            // A reply was lost on the way: make the writer anew before it goes on.
  kUnknownOutcome,     // A commit may or may not have taken.
  kAbortRequired,      // The open transaction cannot commit; abort it and rewind.
  kMessageTooLarge,    // A record is over the topic's limit.
  kOffsetOutOfRange,   // The position lies outside the partition.
  kTimedOut,           // The deadline passed.
  kUnavailable,        // For the moment; retrying may help.
  kShutdown,           // The component was told to stop.
};

std::string_view ToString(ErrorCode code);

// An operating error: what, and in `context` where and why, in words for the person who has to act.
// Plain value; copyable.
struct Error {
  ErrorCode code = ErrorCode::kIo;
  std::string context;
  bool retriable = false;  // The same call may succeed later.
  bool fatal = false;      // The process must end and recover by restarting.

  // "corrupt: topic payments.commands, partition 0, offset 12: checksum differs"
  [[nodiscard]] std::string ToString() const;
  // The same error with `where` put in front of its context.
  [[nodiscard]] Error In(std::string_view where) const;
};

// kInvalidArgument, to be mended by whoever gave it.
Error InvalidArgument(std::string context);

}  // namespace paylog::base
