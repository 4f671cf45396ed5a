#pragma once

#include <string>
#include <string_view>
#include <vector>

// Text for shells.
namespace paylog::cli {

std::string Join(const std::vector<std::string>& parts, std::string_view between);

// The text between single quotes, as bash, zsh and other POSIX shells read it.
std::string QuoteForShell(std::string_view text);
// The same for fish, where a backslash within quotes escapes a quote or itself.
std::string QuoteForFish(std::string_view text);

// The first sentence, or what stands before the first semicolon: as much as a list has room for.
std::string Brief(const std::string& description);

}  // namespace paylog::cli
