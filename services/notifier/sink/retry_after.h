#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace paylog::notifier {

// However long a receiver asks for, this is what it gets.
inline constexpr std::chrono::seconds kRetryAfterMax = std::chrono::hours(24);

// The value of the header Retry-After (RFC 9110): seconds, or an HTTP-date, which is compared with
// `now`. From 0 to kRetryAfterMax; nullopt for anything else. Pure and thread-safe.
std::optional<std::chrono::seconds> ParseRetryAfter(std::string_view value,
                                                    std::chrono::system_clock::time_point now);

}  // namespace paylog::notifier
