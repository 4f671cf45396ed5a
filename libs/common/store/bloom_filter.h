#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A Bloom filter: says for certain that a key is absent, or that it may be there (wrong for about 1
// absent key in 700). The bytes say nothing about their own damage; whoever reads them checks them.
namespace paylog::store {

inline constexpr std::size_t kFilterBitsPerKey = 14;

// Computed once for a look-up in many filters. Plain value.
struct KeyHash {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

KeyHash HashKey(std::string_view key);

std::string BuildFilter(const std::vector<KeyHash>& keys);
// False is certain. An empty filter holds nothing.
bool MayContain(std::string_view filter, KeyHash key);
// Has the memory that MayContain reads first fetched into the caches, without waiting for it.
void Prefetch(std::string_view filter, KeyHash key);

}  // namespace paylog::store
