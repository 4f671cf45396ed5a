#pragma once

namespace paylog::base {

// '0' to '9', whatever the locale.
constexpr bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace paylog::base
