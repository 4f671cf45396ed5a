#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// UTF-8 as the formats need it. Pure and thread-safe.
namespace paylog::codec {

// Where the first byte stands that does not belong to well-formed UTF-8 (Unicode 15, table 3-7:
// neither overlong, nor a surrogate, nor beyond U+10FFFF, nor cut off); nullopt if there is none.
std::optional<std::size_t> FindInvalidUtf8(std::string_view text);

// REQUIRES: `text` is valid UTF-8, here and below.
std::size_t CountCodePoints(std::string_view text);

// The order of RFC 8785: by UTF-16 code units. It differs from the order of bytes only in that
// U+E000 to U+FFFF come after the code points beyond them.
bool Utf16Less(std::string_view a, std::string_view b);

// Is there a character below U+0020, or U+007F?
bool HasControlCharacter(std::string_view text);

// For messages: at most 60 bytes of the text, control characters as '?', "..." where it was cut.
std::string Excerpt(std::string_view text);

}  // namespace paylog::codec
