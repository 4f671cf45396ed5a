#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace paylog::model {

// An active ISO 4217 currency that has a minor unit. Plain value; compares by code.
class Currency {
 public:
  // nullopt unless `code` is in the table made from iso4217.csv.
  static std::optional<Currency> Parse(std::string_view code);
  // Every currency, in order of code.
  static std::span<const Currency> All();

  [[nodiscard]] std::string_view code() const { return {code_.data(), code_.size()}; }
  // Decimals of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD, 4 for CLF.
  [[nodiscard]] int minor_units() const { return minor_units_; }

  friend bool operator==(const Currency& a, const Currency& b) { return a.code_ == b.code_; }
  friend auto operator<=>(const Currency& a, const Currency& b) { return a.code_ <=> b.code_; }

  // For the table only; Parse is the way in for everyone else.
  constexpr Currency(const char (&code)[4], int minor_units)
      : code_{code[0], code[1], code[2]}, minor_units_(static_cast<std::int8_t>(minor_units)) {}

 private:
  std::array<char, 3> code_;
  std::int8_t minor_units_;
};

}  // namespace paylog::model
