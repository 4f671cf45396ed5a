#pragma once

#include <cstdint>
#include <string_view>

namespace paylog::store {

// XXH3-128 of a key and its value; sums of it do not depend on the order. Plain value.
struct RowDigest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  friend bool operator==(const RowDigest&, const RowDigest&) = default;
};

RowDigest DigestOf(std::string_view key, std::string_view value);
// Modulo 2^128.
RowDigest operator+(RowDigest a, RowDigest b);
RowDigest operator-(RowDigest a, RowDigest b);

}  // namespace paylog::store
