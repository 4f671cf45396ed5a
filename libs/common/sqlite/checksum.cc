#include "paylog/sqlite/checksum.h"

#include <xxhash.h>

namespace paylog::sqlite {

std::uint64_t Checksum(std::string_view content, std::uint64_t seed) {
  return XXH3_64bits_withSeed(content.data(), content.size(), seed);
}

}  // namespace paylog::sqlite
