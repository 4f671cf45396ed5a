#pragma once

#include <memory>
#include <string>
#include <utility>

namespace paylog::base {

// A string that is nearly always empty: a pointer's size then, and an allocation where it is not.
// Plain value, but that it shows itself as a string by value() only.
class RareString {
 public:
  RareString() = default;
  RareString(std::string text)  // NOLINT(google-explicit-constructor): a string like any other.
      : text_(text.empty() ? nullptr : std::make_unique<const std::string>(std::move(text))) {}
  RareString(const char* text)  // NOLINT(google-explicit-constructor)
      : RareString(std::string(text)) {}

  RareString(const RareString& other) : RareString(other.value()) {}
  RareString& operator=(const RareString& other) { return *this = RareString(other); }
  RareString(RareString&&) = default;
  RareString& operator=(RareString&&) = default;

  [[nodiscard]] bool empty() const { return text_ == nullptr; }
  // Valid until this is changed.
  [[nodiscard]] const std::string& value() const {
    static const std::string kEmpty;
    return text_ != nullptr ? *text_ : kEmpty;
  }

  friend bool operator==(const RareString& a, const RareString& b) {
    return a.value() == b.value();
  }

 private:
  std::unique_ptr<const std::string> text_;  // nullptr while it is empty.
};

}  // namespace paylog::base
