#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace paylog::base {

// A SHA-256 digest. Plain value; all zeros by default, which is how the journal's chain begins.
struct Hash256 {
  std::array<std::uint8_t, 32> bytes{};

  // 64 lower-case hexadecimal digits.
  [[nodiscard]] std::string ToHex() const;
  [[nodiscard]] std::array<char, 64> HexDigits() const;
  // nullopt unless `hex` is exactly what ToHex prints.
  static std::optional<Hash256> FromHex(std::string_view hex);

  friend auto operator<=>(const Hash256&, const Hash256&) = default;
};

// SHA-256 of the bytes. Thread-safe.
Hash256 Sha256(std::string_view bytes);

// HMAC-SHA256 (RFC 2104). Thread-safe.
Hash256 HmacSha256(std::string_view key, std::string_view message);

// Sum modulo 2^256: the digest of a set that does not depend on the order of its members.
Hash256 AddDigests(const Hash256& a, const Hash256& b);

}  // namespace paylog::base
