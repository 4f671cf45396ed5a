#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "paylog/base/result.h"

namespace paylog::sqlite {

// Values are zstd's levels. Both are read alike.
enum class Compression : int {
  kSmall = 1,   // For what is written once.
  kQuick = -2,  // For what is written again and again: two thirds of the time, some bytes more.
};

// zstd. Thread-safe.
std::string Compress(std::string_view bytes, Compression compression = Compression::kSmall);
// kCorrupt for anything that Compress does not return, and for what it makes of more than
// `raw_bytes_max`: damage must not ask for all memory.
base::Result<std::string> Decompress(std::string_view bytes, std::size_t raw_bytes_max);

}  // namespace paylog::sqlite
