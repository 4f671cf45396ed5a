#include "paylog/story/words.h"

#include <algorithm>

namespace paylog::story {

std::vector<std::string_view> Split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = text.find(separator); at != std::string_view::npos;
       at = text.find(separator)) {
    parts.push_back(Trim(text.substr(0, at)));
    text.remove_prefix(at + separator.size());
  }
  parts.push_back(Trim(text));
  return parts;
}

std::optional<std::vector<std::string>> Words(std::string_view text) {
  std::vector<std::string> words;
  for (text = Trim(text); !text.empty(); text = Trim(text)) {
    const bool quoted = text.front() == '"';
    const std::size_t end = quoted ? text.find('"', 1) : text.find_first_of(" \t");
    if (quoted && end == std::string_view::npos) {
      return std::nullopt;
    }
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), words.back().size() + (quoted ? 1 : 0)));
  }
  return words;
}

std::optional<std::string> BytesFromHex(std::string_view hex) {
  std::string bytes;
  if (hex.size() % 2 != 0) {
    return std::nullopt;
  }
  for (; !hex.empty(); hex.remove_prefix(2)) {
    std::uint8_t byte = 0;
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + 2, byte, 16);
    if (error != std::errc() || end != hex.data() + 2) {
      return std::nullopt;
    }
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

std::optional<std::int32_t> ParseCount(std::string_view text, std::int32_t low, std::int32_t high) {
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    return std::nullopt;
  }
  return value;
}

}  // namespace paylog::story
