#include "paylog/cli/readable.h"

#include <algorithm>
#include <cstdint>

#include "paylog/codec/utf8.h"

namespace paylog::cli {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kBytesPerLine = 16;

std::string Hex(std::uint64_t number, int digits) {
  std::string text;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    text += kHexDigits[number >> shift & 15];
  }
  return text;
}

std::string EscapedByte(char c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    case '\\':
      return "\\\\";
    default:
      return "\\x" + Hex(static_cast<std::uint8_t>(c), 2);
  }
}

bool IsPrintableAscii(char c) {
  return c >= ' ' && c <= '~';
}

// The length of the character that the bytes begin with; 0 where they begin with none.
std::size_t CharacterLength(std::string_view bytes) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, bytes.size()); ++length) {
    if (!codec::FindInvalidUtf8(bytes.substr(0, length))) {
      return length;
    }
  }
  return 0;
}

// C1, U+0080 to U+009F: terminals may take them for the beginning of a command.
bool IsC1(std::string_view character) {
  return character.size() == 2 && character[0] == '\xc2' && character[1] <= '\x9f';
}

}  // namespace

std::string Escaped(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = CharacterLength(bytes);
    const std::string_view character = bytes.substr(0, std::max<std::size_t>(1, length));
    const bool shown =
        length > 1 ? !IsC1(character) : IsPrintableAscii(character[0]) && character[0] != '\\';
    if (shown) {
      text += character;
    } else {
      for (const char c : character) {
        text += EscapedByte(c);
      }
    }
    bytes.remove_prefix(character.size());
  }
  return text;
}

std::string EscapedExcerpt(std::string_view bytes, std::size_t bytes_max) {
  if (bytes.size() <= bytes_max) {
    return Escaped(bytes);
  }
  std::size_t taken = 0;
  for (std::size_t next = 0; next <= bytes_max;) {
    taken = next;
    next += std::max<std::size_t>(1, CharacterLength(bytes.substr(next)));
  }
  return Escaped(bytes.substr(0, taken)) + "…";
}

bool IsReadableText(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = CharacterLength(bytes);
    const char first = bytes[0];
    if (length == 0 || IsC1(bytes.substr(0, length)) ||
        (length == 1 && !IsPrintableAscii(first) && first != '\n' && first != '\t')) {
      return false;
    }
    bytes.remove_prefix(length);
  }
  return true;
}

std::string HexDump(std::string_view bytes) {
  std::string dump;
  for (std::size_t i = 0; i < bytes.size(); i += kBytesPerLine) {
    std::string hex;
    std::string ascii;
    for (const char c : bytes.substr(i, kBytesPerLine)) {
      hex += ' ' + Hex(static_cast<std::uint8_t>(c), 2);
      ascii += IsPrintableAscii(c) ? c : '.';
    }
    hex.resize(3 * kBytesPerLine, ' ');
    dump.append(Hex(i, 8)).append(" ").append(hex).append("  ").append(ascii).append("\n");
  }
  return dump;
}

}  // namespace paylog::cli
