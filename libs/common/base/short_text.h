#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "paylog/base/check.h"

namespace paylog::base {

// Text of at most N bytes, which lie within it: a copy allocates nothing. For names that are copied
// many times, such as those of accounts. Value; ordered bytewise.
template <std::size_t N>
class ShortText {
 public:
  static constexpr std::size_t kSizeMax = N;

  ShortText() = default;
  // REQUIRES: text.size() <= N
  explicit ShortText(std::string_view text) { Append(text); }

  // REQUIRES: both together have N bytes at most.
  ShortText& Append(std::string_view text) {
    CHECK(text.size() <= N - size_);
    std::copy(text.begin(), text.end(), bytes_.begin() + size_);
    size_ = static_cast<std::uint8_t>(size_ + text.size());
    return *this;
  }

  // Valid while the text is there and unchanged.
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

  friend bool operator==(const ShortText& a, const ShortText& b) { return a.view() == b.view(); }
  friend auto operator<=>(const ShortText& a, const ShortText& b) { return a.view() <=> b.view(); }

 private:
  static_assert(N <= UINT8_MAX);

  std::array<char, N> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace paylog::base
