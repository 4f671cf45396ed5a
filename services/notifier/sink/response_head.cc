#include "paylog/notifier/sink/response_head.h"

#include <algorithm>

#include "paylog/base/ascii.h"

namespace paylog::notifier {
namespace {

// "HTTP/1.1 200 OK"; a server may leave out the reason, and the space before it. nullopt: it is
// none.
std::optional<int> ParseStatusLine(std::string_view line) {
  constexpr std::string_view kVersion = "HTTP/1.";
  constexpr std::size_t kStatus = kVersion.size() + 2;
  constexpr std::size_t kReason = kStatus + 3;
  if (!line.starts_with(kVersion) || line.size() <= kReason ||
      !base::IsDigit(line[kVersion.size()]) || line[kStatus - 1] != ' ' ||
      !std::all_of(&line[kStatus], &line[kReason], base::IsDigit)) {
    return std::nullopt;
  }
  if (line[kReason] != ' ' && line[kReason] != '\r' && line[kReason] != '\n') {
    return std::nullopt;
  }
  const int status =
      (line[kStatus] - '0') * 100 + (line[kStatus + 1] - '0') * 10 + (line[kStatus + 2] - '0');
  return status < 100 ? std::nullopt : std::optional(status);
}

// The value of the header `name` (lower-case, with its colon); nullopt for another header.
std::optional<std::string> ValueOf(std::string_view line, std::string_view name) {
  if (line.size() < name.size() ||
      !std::equal(name.begin(), name.end(), line.begin(), [](char wanted, char c) {
        return wanted == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
      })) {
    return std::nullopt;
  }
  return std::string(line.substr(name.size()));
}

}  // namespace

bool ResponseHead::Take(std::string_view line) {
  if (is_whole()) {
    return true;  // A trailer, behind the body.
  }
  if (!in_head_) {
    const auto status = ParseStatusLine(line);
    status_ = status.value_or(0);
    retry_after_.reset();  // An interim response may have come before.
    in_head_ = status.has_value();
    return in_head_;
  }
  if (line == "\r\n" || line == "\n") {
    in_head_ = false;
  } else if (auto value = ValueOf(line, "retry-after:"); value && !retry_after_) {
    retry_after_ = std::move(value);
  }
  return true;
}

}  // namespace paylog::notifier
