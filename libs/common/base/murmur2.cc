#include "paylog/base/murmur2.h"

#include <cstddef>

#include "paylog/base/check.h"

namespace paylog::base {
namespace {

std::uint32_t ByteAt(std::string_view key, std::size_t i) {
  return static_cast<std::uint8_t>(key[i]);
}

}  // namespace

std::uint32_t Murmur2(std::string_view key) {
  constexpr std::uint32_t kSeed = 0x9747b28c;
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;

  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(key.size());
  std::size_t i = 0;
  for (; i + 4 <= key.size(); i += 4) {
    std::uint32_t block = ByteAt(key, i) | ByteAt(key, i + 1) << 8 | ByteAt(key, i + 2) << 16 |
                          ByteAt(key, i + 3) << 24;
    block *= kMultiplier;
    block ^= block >> kShift;
    block *= kMultiplier;
    hash *= kMultiplier;
    hash ^= block;
  }
  const std::size_t rest = key.size() - i;
  if (rest > 0) {
    for (std::size_t j = rest; j-- > 0;) {
      hash ^= ByteAt(key, i + j) << (8 * j);
    }
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

PartitionId PartitionOf(std::string_view key, std::int32_t partition_count) {
  CHECK(partition_count > 0);
  const auto positive = static_cast<std::int32_t>(Murmur2(key) & 0x7fffffff);
  return PartitionId(positive % partition_count);
}

}  // namespace paylog::base
