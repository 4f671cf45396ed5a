#include "paylog/base/error.h"

#include <utility>

namespace paylog::base {

std::string_view ToString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid argument";
    case ErrorCode::kNotFound:
      return "not found";
    case ErrorCode::kAlreadyExists:
      return "already exists";
    case ErrorCode::kBusy:
      return "busy";
    case ErrorCode::kRefused:
      return "refused";
    case ErrorCode::kIo:
      return "I/O error";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kLostRecords:
      return "lost records";
    case ErrorCode::kFenced:
      return "fenced";
    case ErrorCode::kIllegalGeneration:
      return "illegal generation";
    case ErrorCode::kTainted:
      return "tainted";
    case ErrorCode::kUnknownOutcome:
      return "unknown outcome";
    case ErrorCode::kAbortRequired:
      return "abort required";
    case ErrorCode::kMessageTooLarge:
      return "message too large";
    case ErrorCode::kOffsetOutOfRange:
      return "offset out of range";
    case ErrorCode::kTimedOut:
      return "timed out";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kShutdown:
      return "shut down";
  }
  return "unknown error";
}

std::string Error::ToString() const {
  std::string text(base::ToString(code));
  if (!context.empty()) {
    text += ": ";
    text += context;
  }
  return text;
}

Error Error::In(std::string_view where) const {
  Error result = *this;
  result.context = std::string(where) + ": " + context;
  return result;
}

Error InvalidArgument(std::string context) {
  return {.code = ErrorCode::kInvalidArgument, .context = std::move(context)};
}

}  // namespace paylog::base
