#include "paylog/notifier/sink/retry_after.h"

#include <algorithm>
#include <string>

#include <curl/curl.h>

#include "paylog/base/ascii.h"

namespace paylog::notifier {
namespace {

using std::chrono::seconds;

// "Sun, 06 Nov 1994 08:49:37 GMT" has 29, the obsolete forms at most 33.
constexpr std::size_t kDateLengthMax = 40;

bool IsPrintable(char c) {
  return c >= ' ' && c <= '~';
}

seconds ReadSeconds(std::string_view digits) {
  seconds value(0);
  for (const char c : digits) {
    value = std::min(value * 10 + seconds(c - '0'), kRetryAfterMax);
  }
  return value;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

}  // namespace

std::optional<seconds> ParseRetryAfter(std::string_view value,
                                       std::chrono::system_clock::time_point now) {
  value = Trim(value);
  if (value.empty()) {
    return std::nullopt;
  }
  if (std::all_of(value.begin(), value.end(), base::IsDigit)) {
    return ReadSeconds(value);
  }
  // curl takes dates without a time or a weekday too; HTTP's have both.
  if (value.size() > kDateLengthMax || std::count(value.begin(), value.end(), ':') != 2 ||
      base::IsDigit(value.front()) || !std::all_of(value.begin(), value.end(), IsPrintable)) {
    return std::nullopt;
  }
  const std::time_t then = curl_getdate(std::string(value).c_str(), nullptr);
  if (then < 0) {
    return std::nullopt;
  }
  const seconds since_1970 = std::chrono::floor<seconds>(now.time_since_epoch());
  return std::clamp(seconds(then) - since_1970, seconds(0), kRetryAfterMax);
}

}  // namespace paylog::notifier
