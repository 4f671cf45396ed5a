#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Bytes that came from outside, so that no terminal is misled by them. Pure functions.
namespace paylog::cli {

// Characters as they are, but control characters (C0, DEL and C1) and bytes that are not UTF-8 as
// \n, \t, \r or \xHH, and a backslash as \\.
std::string Escaped(std::string_view bytes);

// The first `bytes_max` bytes at most, escaped; with "…" behind where that is not all.
std::string EscapedExcerpt(std::string_view bytes, std::size_t bytes_max);

// Is it UTF-8 without control characters but line ends and tabs?
bool IsReadableText(std::string_view bytes);

// Lines of an offset, 16 bytes in hex, and the same in ASCII with '.' for what is none.
std::string HexDump(std::string_view bytes);

}  // namespace paylog::cli
