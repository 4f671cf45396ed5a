#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "paylog/base/int128.h"
#include "paylog/model/currency.h"

// Amounts as people write them: 12.50 EUR, 1250 JPY, 1.250 KWD. Exact; pure functions.
namespace paylog::story {

// The minor units of "12.50" or "12", as decimal digits of any length: "1250", "1200". nullopt
// unless the text has no decimals or as many as the currency, and nothing but digits otherwise.
std::optional<std::string> MinorDigits(std::string_view text, const model::Currency& currency);

// The same for a balance, which may be negative and fits 128 bits.
std::optional<base::Int128> ParseBalance(std::string_view text, const model::Currency& currency);

// "12.50", "-0.01", "1250" for JPY.
std::string FormatAmount(base::Int128 minor, const model::Currency& currency);

}  // namespace paylog::story
