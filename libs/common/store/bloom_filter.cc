#include "paylog/store/bloom_filter.h"

#include <xxhash.h>

namespace paylog::store {
namespace {

// Part of the format: with more of them, a filter that was written before would miss its keys.
// Fewer than make false positives rarest, which by now would be ten.
constexpr std::uint64_t kProbes = 7;

// Calls visit(byte, mask) for each bit of the key, until it returns false.
template <typename Visit>
bool ForEachBit(std::uint64_t bit_count, KeyHash key, const Visit& visit) {
  const std::uint64_t step = key.high | 1;
  for (std::uint64_t i = 0; i < kProbes; ++i) {
    const std::uint64_t bit = (key.low + i * step) % bit_count;
    if (!visit(bit / 8, static_cast<std::uint8_t>(1U << (bit % 8)))) {
      return false;
    }
  }
  return true;
}

}  // namespace

KeyHash HashKey(std::string_view key) {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  return {.low = hash.low64, .high = hash.high64};
}

std::string BuildFilter(const std::vector<KeyHash>& keys) {
  std::string filter((keys.size() * kFilterBitsPerKey + 7) / 8, '\0');
  for (const KeyHash& key : keys) {
    ForEachBit(filter.size() * 8, key, [&filter](std::uint64_t byte, std::uint8_t mask) {
      filter[byte] = static_cast<char>(static_cast<std::uint8_t>(filter[byte]) | mask);
      return true;
    });
  }
  return filter;
}

bool MayContain(std::string_view filter, KeyHash key) {
  if (filter.empty()) {
    return false;
  }
  return ForEachBit(filter.size() * 8, key, [filter](std::uint64_t byte, std::uint8_t mask) {
    return (static_cast<std::uint8_t>(filter[byte]) & mask) != 0;
  });
}

void Prefetch(std::string_view filter, KeyHash key) {
  // Most absent keys are found out by the first or the second.
  constexpr int kFetched = 2;
  if (filter.empty()) {
    return;
  }
  int fetched = 0;
  ForEachBit(filter.size() * 8, key, [&](std::uint64_t byte, std::uint8_t /*mask*/) {
    __builtin_prefetch(filter.data() + byte);
    return ++fetched < kFetched;
  });
}

}  // namespace paylog::store
