#include "paylog/store/row_digest.h"

#include <xxhash.h>

namespace paylog::store {

RowDigest DigestOf(std::string_view key, std::string_view value) {
  const XXH128_hash_t hash =
      XXH3_128bits_withSeed(value.data(), value.size(), XXH3_64bits(key.data(), key.size()));
  return {.low = hash.low64, .high = hash.high64};
}

RowDigest operator+(RowDigest a, RowDigest b) {
  const std::uint64_t low = a.low + b.low;
  return {.low = low, .high = a.high + b.high + (low < a.low ? 1 : 0)};
}

RowDigest operator-(RowDigest a, RowDigest b) {
  return {.low = a.low - b.low, .high = a.high - b.high - (a.low < b.low ? 1 : 0)};
}

}  // namespace paylog::store
