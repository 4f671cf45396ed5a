#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "paylog/base/check.h"
#include "paylog/base/error.h"

namespace paylog::base {

// A value or an operating Error. Member names are those of std::expected, so that C++23 makes this
// an alias. Ignoring one does not compile. Not thread-safe, like any plain value.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // REQUIRES: has_value()
  [[nodiscard]] T& value() & {
    CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    CHECK(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // REQUIRES: !has_value()
  [[nodiscard]] const Error& error() const {
    CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }

  // REQUIRES: !has_value()
  [[nodiscard]] const Error& error() const {
    CHECK(!has_value());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace paylog::base

// Returns the error of `expression` from the enclosing function, if it has one.
#define PAYLOG_TRY(expression)                         \
  do {                                                 \
    if (auto paylog_try = (expression); !paylog_try) { \
      return paylog_try.error();                       \
    }                                                  \
  } while (false)

#define PAYLOG_CONCAT_INNER(a, b) a##b
#define PAYLOG_CONCAT(a, b) PAYLOG_CONCAT_INNER(a, b)

// PAYLOG_ASSIGN(auto x, Function()): declares x from the value, or returns the error.
#define PAYLOG_ASSIGN(declaration, expression)                 \
  auto PAYLOG_CONCAT(paylog_result_, __LINE__) = (expression); \
  if (!PAYLOG_CONCAT(paylog_result_, __LINE__)) {              \
    return PAYLOG_CONCAT(paylog_result_, __LINE__).error();    \
  }                                                            \
  declaration = std::move(PAYLOG_CONCAT(paylog_result_, __LINE__)).value()
