#include "paylog/tests/fuzz/json_grammar.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace paylog::fuzz {
namespace {

class Grammar {
 public:
  explicit Grammar(std::string_view text) : rest_(text) {}

  JsonShape Read() {
    Blank();
    JsonShape shape{.is_object = rest_.starts_with('{')};
    shape.is_json = Values() && rest_.empty();
    shape.depth = depth_;
    return shape;
  }

 private:
  // One value, with all that it holds, and the blanks behind it.
  bool Values() {
    do {
      if (!BeginValue() || !EndValues()) {
        return false;
      }
    } while (!open_.empty());
    return true;
  }

  // A scalar, or everything up to the first scalar or empty container of a container.
  bool BeginValue() {
    while (Take("{") || Take("[")) {
      const bool object = taken_ == '{';
      open_ += taken_;
      depth_ = std::max(depth_, open_.size());
      Blank();
      if (Take(object ? "}" : "]")) {
        open_.pop_back();
        Blank();
        return true;
      }
      if (object && !Name()) {
        return false;
      }
    }
    const bool scalar =
        Take("true") || Take("false") || Take("null") || (Take("\"") ? String() : Number());
    Blank();
    return scalar;
  }

  // Behind a value: closes what ends here, up to where the next value begins.
  bool EndValues() {
    while (!open_.empty()) {
      const bool object = open_.back() == '{';
      if (Take(",")) {
        Blank();
        return !object || Name();
      }
      if (!Take(object ? "}" : "]")) {
        return false;
      }
      open_.pop_back();
      Blank();
    }
    return true;
  }

  bool Name() {
    if (!Take("\"") || !String()) {
      return false;
    }
    Blank();
    const bool colon = Take(":");
    Blank();
    return colon;
  }

  // Behind the quote.
  bool String() {
    while (!Take("\"")) {
      if (rest_.empty() || static_cast<unsigned char>(rest_.front()) < 0x20) {
        return false;
      }
      if (Take("\\") ? !Escape() : !CodePoint()) {
        return false;
      }
    }
    return true;
  }

  bool Escape() {
    if (!Take("u")) {
      return OneOf("\"\\/bfnrt");
    }
    const std::int32_t first = FourDigits();
    if (first >= 0xD800 && first <= 0xDBFF) {
      const std::int32_t second = Take("\\u") ? FourDigits() : -1;
      return second >= 0xDC00 && second <= 0xDFFF;
    }
    return first >= 0 && !(first >= 0xDC00 && first <= 0xDFFF);
  }

  std::int32_t FourDigits() {
    std::int32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
      const std::size_t digit =
          rest_.empty() ? std::string_view::npos : kDigits.find(rest_.front());
      if (digit == std::string_view::npos) {
        return -1;
      }
      value = value * 16 + static_cast<std::int32_t>(digit < 16 ? digit : digit - 6);
      rest_.remove_prefix(1);
    }
    return value;
  }

  // By the definition: bits put together, then neither overlong, nor a surrogate, nor too large.
  bool CodePoint() {
    const auto lead = static_cast<unsigned char>(rest_.front());
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead >= 0xF8 || (lead >= 0x80 && lead < 0xC0) || rest_.size() < size) {
      return false;
    }
    std::uint32_t point = size == 1 ? lead : lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
      const auto byte = static_cast<unsigned char>(rest_[i]);
      if ((byte & 0xC0U) != 0x80U) {
        return false;
      }
      point = (point << 6) | (byte & 0x3FU);
    }
    rest_.remove_prefix(size);
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    return point >= kLeast[size] && point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF);
  }

  bool Number() {
    static_cast<void>(Take("-"));
    if (!Take("0") && Digits() == 0) {
      return false;
    }
    if (Take(".") && Digits() == 0) {
      return false;
    }
    if (OneOf("eE")) {
      static_cast<void>(OneOf("+-"));
      return Digits() > 0;
    }
    return true;
  }

  std::size_t Digits() {
    const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(count);
    return count;
  }

  bool Take(std::string_view expected) {
    if (!rest_.starts_with(expected)) {
      return false;
    }
    taken_ = expected.front();
    rest_.remove_prefix(expected.size());
    return true;
  }

  bool OneOf(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  void Blank() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  std::string_view rest_;
  std::string open_;  // '{' and '[', outermost first.
  char taken_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

JsonShape ShapeOf(std::string_view text) {
  return Grammar(text).Read();
}

}  // namespace paylog::fuzz
