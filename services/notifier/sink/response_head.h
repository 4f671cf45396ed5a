#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace paylog::notifier {

// The head of a response of HTTP/1.0 or 1.1, line by line, as far as a webhook needs it. Stricter
// than libcurl, which makes a 200 of any first line that begins with "HTTP/": what is no status
// must not count as a delivery. Not thread-safe.
class ResponseHead {
 public:
  // The next line, its end included; false: this is no response, and never becomes one.
  [[nodiscard]] bool Take(std::string_view line);

  // A response that is not interim (1xx) has begun, and its head has ended.
  [[nodiscard]] bool is_whole() const { return status_ >= kStatusMin && !in_head_; }
  // REQUIRES: is_whole()
  [[nodiscard]] int status() const { return status_; }
  // The header's value as it stands there; the first, if there are several. REQUIRES: is_whole()
  [[nodiscard]] const std::optional<std::string>& retry_after() const { return retry_after_; }

 private:
  static constexpr int kStatusMin = 200;

  int status_ = 0;  // Of the latest head, interim ones included.
  bool in_head_ = false;
  std::optional<std::string> retry_after_;
};

}  // namespace paylog::notifier
