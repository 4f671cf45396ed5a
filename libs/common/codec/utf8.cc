#include "paylog/codec/utf8.h"

#include <algorithm>
#include <cstdint>

namespace paylog::codec {
namespace {

constexpr std::size_t kExcerptBytesMax = 60;

std::uint8_t Byte(char c) {
  return static_cast<std::uint8_t>(c);
}

bool IsContinuation(char c) {
  return (Byte(c) & 0xC0) == 0x80;
}

bool IsControl(char c) {
  return Byte(c) < 0x20 || Byte(c) == 0x7F;
}

// What may follow a lead byte: how many bytes in all, and the range of the second one.
struct Sequence {
  std::size_t length = 0;  // 0: not a lead byte.
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xBF;
};

Sequence SequenceOf(std::uint8_t lead) {
  if (lead >= 0xC2 && lead <= 0xDF) {
    return {.length = 2};
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    return {.length = 3,
            .second_min = static_cast<std::uint8_t>(lead == 0xE0 ? 0xA0 : 0x80),
            .second_max = static_cast<std::uint8_t>(lead == 0xED ? 0x9F : 0xBF)};
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    return {.length = 4,
            .second_min = static_cast<std::uint8_t>(lead == 0xF0 ? 0x90 : 0x80),
            .second_max = static_cast<std::uint8_t>(lead == 0xF4 ? 0x8F : 0xBF)};
  }
  return {};
}

// REQUIRES: !text.empty() and text.front() is not ASCII. 0 where it is not well formed.
std::size_t LengthOfFirst(std::string_view text) {
  const Sequence sequence = SequenceOf(Byte(text.front()));
  if (sequence.length == 0 || text.size() < sequence.length ||
      Byte(text[1]) < sequence.second_min || Byte(text[1]) > sequence.second_max) {
    return 0;
  }
  const std::string_view rest = text.substr(2, sequence.length - 2);
  return std::all_of(rest.begin(), rest.end(), IsContinuation) ? sequence.length : 0;
}

// Lead bytes 0xF0 to 0xF4 become surrogates (0xD8.. to 0xDF..), which come before U+E000.
int Utf16Rank(char c) {
  const int byte = Byte(c);
  if (byte < 0xEE) {
    return byte;
  }
  return byte < 0xF0 ? byte + 0x10 : byte - 2;
}

}  // namespace

std::optional<std::size_t> FindInvalidUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (Byte(text[i]) < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = LengthOfFirst(text.substr(i));
    if (length == 0) {
      return i;
    }
    i += length;
  }
  return std::nullopt;
}

std::size_t CountCodePoints(std::string_view text) {
  return text.size() -
         static_cast<std::size_t>(std::count_if(text.begin(), text.end(), IsContinuation));
}

bool Utf16Less(std::string_view a, std::string_view b) {
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [](char left, char right) { return Utf16Rank(left) < Utf16Rank(right); });
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), IsControl);
}

std::string Excerpt(std::string_view text) {
  std::size_t length = std::min(text.size(), kExcerptBytesMax);
  while (length < text.size() && length > 0 && IsContinuation(text[length])) {
    --length;
  }
  std::string excerpt(text.substr(0, length));
  std::replace_if(excerpt.begin(), excerpt.end(), IsControl, '?');
  if (length < text.size()) {
    excerpt += "...";
  }
  return excerpt;
}

}  // namespace paylog::codec
