#include "paylog/codec/json_writer.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace paylog::codec {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
// Of a sign and the digits of 64 bits.
constexpr std::size_t kIntegerBytesMax = 20;
// "\u00xx"
constexpr std::size_t kEscapeBytesMax = 6;

// The escape of a character that may not stand for itself; 0 for those written as \u00xx.
char ShortEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\f':
      return 'f';
    case '\r':
      return 'r';
    default:
      return 0;
  }
}

bool NeedsEscape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Has one of eight bytes a value below `limit`, which is 0x80 at most?
constexpr bool AnyBelow(std::uint64_t bytes, std::uint64_t limit) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  return ((bytes - kOnes * limit) & ~bytes & (kOnes << 7)) != 0;
}

constexpr bool AnyIs(std::uint64_t bytes, char c) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  return AnyBelow(bytes ^ (kOnes * static_cast<unsigned char>(c)), 1);
}

bool AnyNeedsEscape(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t eight = 0; at + sizeof(eight) <= text.size(); at += sizeof(eight)) {
    std::memcpy(&eight, text.data() + at, sizeof(eight));
    if (AnyBelow(eight, 0x20) || AnyIs(eight, '"') || AnyIs(eight, '\\')) {
      return true;
    }
  }
  return std::any_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), NeedsEscape);
}

}  // namespace

JsonWriter& JsonWriter::Key(std::string_view name) {
  Text(name);
  Put(':');
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Text(std::string_view value) {
  Separate();
  if (!AnyNeedsEscape(value)) {  // As nearly always.
    char* const to = Room(value.size() + 2);
    *to = '"';
    *std::copy(value.begin(), value.end(), to + 1) = '"';
    at_ += value.size() + 2;
    return *this;
  }
  Put('"');
  for (const char c : value) {
    if (NeedsEscape(c)) {
      PutEscaped(c);
    } else {
      Put(c);
    }
  }
  Put('"');
  return *this;
}

JsonWriter& JsonWriter::Integer(std::int64_t value) {
  Separate();
  char* const to = Room(kIntegerBytesMax);
  at_ = std::to_chars(to, to + kIntegerBytesMax, value).ptr;
  return *this;
}

JsonWriter& JsonWriter::Boolean(bool value) {
  Separate();
  const std::string_view text = value ? "true" : "false";
  at_ = std::copy(text.begin(), text.end(), Room(text.size()));
  return *this;
}

JsonWriter& JsonWriter::Integer128(base::Int128 value) {
  if (value >= std::numeric_limits<std::int64_t>::min() &&
      value <= std::numeric_limits<std::int64_t>::max()) {
    return Integer(static_cast<std::int64_t>(value));
  }
  Separate();
  const std::string digits = base::ToString(value);
  at_ = std::copy(digits.begin(), digits.end(), Room(digits.size()));
  return *this;
}

JsonWriter& JsonWriter::Hex(const base::Hash256& hash) {
  Separate();
  const std::array<char, 64> digits = hash.HexDigits();
  char* const to = Room(digits.size() + 2);
  *to = '"';
  char* const end = std::copy(digits.begin(), digits.end(), to + 1);
  *end = '"';
  at_ = end + 1;
  return *this;
}

JsonWriter& JsonWriter::Begin(char bracket) {
  Separate();
  Put(bracket);
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::End(char bracket) {
  Put(bracket);
  needs_comma_ = true;
  return *this;
}

void JsonWriter::Grow(std::size_t bytes) {
  const auto used = static_cast<std::size_t>(at_ - begin_);
  const auto size = static_cast<std::size_t>(end_ - begin_);
  std::string grown(std::max(2 * size, used + bytes), '\0');
  std::copy(begin_, at_, grown.begin());
  grown_ = std::move(grown);
  begin_ = grown_.data();
  at_ = begin_ + used;
  end_ = begin_ + grown_.size();
}

void JsonWriter::PutEscaped(char c) {
  char* to = Room(kEscapeBytesMax);
  *to++ = '\\';
  if (const char escape = ShortEscape(c); escape != 0) {
    *to++ = escape;
  } else {
    const auto byte = static_cast<unsigned char>(c);
    to = std::copy_n("u00", 3, to);
    *to++ = kHexDigits[byte >> 4];
    *to++ = kHexDigits[byte & 15];
  }
  at_ = to;
}

}  // namespace paylog::codec
