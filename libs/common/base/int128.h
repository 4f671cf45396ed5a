#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paylog::base {

// Balances: no sum of valid amounts overflows it (2^127 / 2^53 = 2^74 postings).
__extension__ using Int128 = __int128;

// Decimal, with a leading '-' where negative.
std::string ToString(Int128 value);
// The inverse; nullopt for anything that ToString does not print, or that does not fit.
std::optional<Int128> ParseInt128(std::string_view text);

// Sums and differences that say when they do not fit.
std::optional<std::int64_t> CheckedAdd(std::int64_t a, std::int64_t b);
std::optional<Int128> CheckedAdd(Int128 a, Int128 b);

}  // namespace paylog::base
