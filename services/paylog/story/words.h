#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "paylog/base/error.h"

// What the readers of stories share. Pure functions.
namespace paylog::story {

inline base::Error Wrong(std::string context) {
  return {.code = base::ErrorCode::kInvalidArgument, .context = std::move(context)};
}

inline std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) + 1 - first);
}

// The parts between the separators, trimmed.
std::vector<std::string_view> Split(std::string_view text, std::string_view separator);

// Words between white space; one in double quotes may hold white space, and keeps its first quote
// so that "a" and a differ. nullopt where a quote is not closed.
std::optional<std::vector<std::string>> Words(std::string_view text);

// The bytes of "7b22"; nullopt for anything but pairs of hexadecimal digits.
std::optional<std::string> BytesFromHex(std::string_view hex);

// A whole number from `low` to `high`.
std::optional<std::int32_t> ParseCount(std::string_view text, std::int32_t low, std::int32_t high);

}  // namespace paylog::story
