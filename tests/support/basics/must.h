#pragma once

#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "paylog/base/check.h"
#include "paylog/base/result.h"

namespace paylog::test_support {

// The value, or the end of the test program with the error.
template <typename T>
T Must(base::Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().ToString();
  }
  return std::move(result).value();
}
inline void Must(const base::Result<void>& result) {
  if (!result) {
    ADD_FAILURE() << result.error().ToString();
  }
  CHECK(result.has_value());
}

// The error, or a failure of the test.
template <typename T>
base::Error ErrorOf(const base::Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? base::Error{} : result.error();
}

// The code of the error, or nullopt for success.
template <typename T>
std::optional<base::ErrorCode> CodeOf(const base::Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

}  // namespace paylog::test_support
