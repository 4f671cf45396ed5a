#include "paylog/story/amount.h"

#include <algorithm>

namespace paylog::story {
namespace {

bool AllDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::string> MinorDigits(std::string_view text, const model::Currency& currency) {
  const auto decimals = static_cast<std::size_t>(currency.minor_units());
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string fraction(decimals, '0');
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (fraction.size() != decimals || !AllDigits(fraction)) {
      return std::nullopt;
    }
  }
  if (!AllDigits(whole)) {
    return std::nullopt;
  }
  const std::string digits = std::string(whole) + fraction;
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? "0" : digits.substr(first);
}

std::optional<base::Int128> ParseBalance(std::string_view text, const model::Currency& currency) {
  const bool negative = text.starts_with('-');
  const auto digits = MinorDigits(text.substr(negative ? 1 : 0), currency);
  const auto minor = digits ? base::ParseInt128(*digits) : std::nullopt;
  if (!minor) {
    return std::nullopt;
  }
  return negative ? -*minor : *minor;
}

std::string FormatAmount(base::Int128 minor, const model::Currency& currency) {
  const auto decimals = static_cast<std::size_t>(currency.minor_units());
  const bool negative = minor < 0;
  std::string digits = base::ToString(minor).substr(negative ? 1 : 0);
  if (digits.size() <= decimals) {
    digits.insert(0, decimals + 1 - digits.size(), '0');
  }
  if (decimals > 0) {
    digits.insert(digits.size() - decimals, ".");
  }
  return (negative ? "-" : "") + digits;
}

}  // namespace paylog::story
